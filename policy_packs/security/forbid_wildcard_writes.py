"""No policy allows a whole service, or writing to everything."""

from collections.abc import Iterator

from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.documents import statements
from apex.policy.rule import Rule, Severity, Unknown
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: no policy allows a whole service, or writing to everything."""
    accepted = set(context.settings.get("services", ()))
    for statement in statements(resource.props, "policy"):
        if not statement.allows or "*" in statement.actions:
            continue
        for action in statement.actions:
            service, _, verb = action.partition(":")
            if service in accepted:
                continue
            if verb == "*":
                yield f"{statement.title} allows {action}, the whole service"
            elif "*" in statement.resources and not statement.narrows() and verb.startswith(_DANGEROUS):
                yield f"{statement.title} allows {action} on every resource"


_DANGEROUS = (
    "Put",
    "Delete",
    "Create",
    "Update",
    "Attach",
    "Modify",
    "Write",
    "Send",
    "Publish",
    "PassRole",
    "AssumeRole",
)

rule = Rule(
    id="forbid_wildcard_writes",
    title="No policy allows a whole service, or writing to everything",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:iam/policy:Policy",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/groupPolicy:GroupPolicy",
        "aws:iam/userPolicy:UserPolicy",
    ),
    validate=validate,
    unknown=Unknown.DEFER,
    settings={
        "services": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Services whose wildcard actions are accepted.",
        }
    },
    why="A wildcard grants what nobody thought of, and what AWS adds next year.",
    fix="List the actions, and name the resources of those that write.",
    code='{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [queue_arn]}',
    controls=serving(LEAST_PRIVILEGE),
)
