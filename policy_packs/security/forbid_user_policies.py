"""Permissions are not given to single users."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: permissions are not given to single users."""
    yield "the policy is attached to a user"


rule = Rule(
    id="forbid_user_policies",
    title="Permissions are not given to single users",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    ),
    validate=validate,
    why="What is given to one person is forgotten when that person moves on.",
    fix="Give permissions to a role or a group.",
    code='iam.GroupPolicyAttachment("readers", group=group.name, policy_arn=policy.arn)',
    controls=serving(LEAST_PRIVILEGE, cis_aws="1.15"),
)
