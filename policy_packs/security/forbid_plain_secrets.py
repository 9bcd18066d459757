"""No secret is in plain text where everybody can read it."""

import json
import re
from collections.abc import Iterator, Mapping

from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: no secret is in plain text where everybody can read it."""
    yield from _plain(resource.props.at("environment.variables").plain(), "environment.variables")
    yield from _plain(resource.props.map("connectionProperties").plain(), "connectionProperties")
    is_plain_parameter = resource.type.startswith("aws:ssm/") and resource.props.text("type") == "String"
    if is_plain_parameter and _NAME.search(resource.props.text("name") or resource.name):
        yield 'a parameter that is named like a secret has type "String"; required: "SecureString"'
    if resource.type.startswith("aws:secretsmanager/") and isinstance(resource.props.raw("secretString"), str):
        yield "secretString is plain text in the program's inputs; pass a secret"
    if resource.type.startswith("aws:ecs/"):
        for container in json.loads(resource.props.text("containerDefinitions") or "[]"):
            named = {str(entry.get("name")): entry.get("value") for entry in container.get("environment") or ()}
            yield from _plain(named, f"containerDefinitions.{container.get('name')}.environment")


_NAME = re.compile(r"passw(or)?d|secret(?!.?arn)|token(?!s)|api.?key|private.?key|credential", re.IGNORECASE)
_VALUE = re.compile(r"^(AKIA|ASIA)[A-Z0-9]{16}$|^ghp_|^sk-[A-Za-z0-9]|-----BEGIN [A-Z ]*PRIVATE KEY")
_REFERENCE = re.compile(r"^(arn:|https?://|/)")


def _plain(values: Mapping[str, object], where: str) -> Iterator[str]:
    for name, value in sorted(values.items()):
        is_plain = isinstance(value, str) and value and not _REFERENCE.match(value)
        if is_plain and (_NAME.search(name) or _VALUE.search(str(value))):
            yield f"{where}.{name} holds a secret in plain text"


rule = Rule(
    id="forbid_plain_secrets",
    title="No secret is in plain text where everybody can read it",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:lambda/function:Function",
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:ssm/parameter:Parameter",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:glue/connection:Connection",
    ),
    validate=validate,
    why=("Environment variables, task definitions and plain parameters are shown in consoles, states and logs."),
    fix="Keep the value in Secrets Manager and pass its ARN.",
    code='environment={"variables": {"DB_SECRET_ARN": secret.arn}}',
    controls=serving(AUTHENTICATION),
)
