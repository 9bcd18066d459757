"""AWS's administrator policies are not attached."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: AWS's administrator policies are not attached."""
    arn = resource.props.raw("policyArn")
    name = arn.rsplit("/", 1)[-1] if isinstance(arn, str) else ""
    if name in ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess"):
        yield f"policyArn is AWS's {name}"


rule = Rule(
    id="forbid_admin_attachments",
    title="AWS's administrator policies are not attached",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    ),
    validate=validate,
    why="They allow everything, on everything, forever.",
    fix="Attach a policy that lists what is needed.",
    code="policy_arn=policy.arn",
    controls=serving(LEAST_PRIVILEGE, cis_aws="1.16"),
)
