"""No policy allows everything."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.documents import statements
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: no policy allows everything."""
    documents = [resource.props] if resource.type != "aws:iam/role:Role" else resource.props.items("inlinePolicies")
    for document in documents:
        for statement in statements(document, "policy"):
            everything = any(action in ("*", "*:*") for action in statement.actions) or bool(statement.all_actions_but)
            if statement.allows and everything and "*" in statement.resources:
                yield f"{statement.title} allows every action on every resource"


rule = Rule(
    id="forbid_admin_policies",
    title="No policy allows everything",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:iam/policy:Policy",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/groupPolicy:GroupPolicy",
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/role:Role",
    ),
    validate=validate,
    unknown=Unknown.DEFER,
    why="Whoever gets hold of such a role owns the account.",
    fix="List the actions and the resources that are needed.",
    code='{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"{bucket_arn}/raw/*"]}',
    controls=serving(LEAST_PRIVILEGE, cis_aws="1.16"),
)
