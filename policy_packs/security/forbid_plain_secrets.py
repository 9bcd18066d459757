"""No secret is in plain text where everybody can read it."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping

from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity, Unknown
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
    if _IN_SCRIPT.search(_script(resource)):
        yield "userData holds a secret in plain text"
    if resource.type.startswith("aws:ecs/"):
        for container in json.loads(resource.props.text("containerDefinitions") or "[]"):
            named = {str(entry.get("name")): entry.get("value") for entry in container.get("environment") or ()}
            yield from _plain(named, f"containerDefinitions.{container.get('name')}.environment")


_NAME = re.compile(r"passw(or)?d|secret(?!.?arn)|token(?!s)|api.?key|private.?key|credential", re.IGNORECASE)
_VALUE = re.compile(r"^(AKIA|ASIA)[A-Z0-9]{16}$|^ghp_|^sk-[A-Za-z0-9]|-----BEGIN [A-Z ]*PRIVATE KEY")
_IN_SCRIPT = re.compile(
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bghp_\w{20}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|(passw(or)?d|secret|token|api_?key|access_?key)\w*\s*=\s*[\"']?[^\s\"'$({<]{8}",
    re.IGNORECASE,
)
"""A key, or a value assigned to a variable that is named like a secret; one that is fetched begins with `$`."""
_REFERENCE = re.compile(r"^(arn:|https?://|/)")


def _plain(values: Mapping[str, object], where: str) -> Iterator[str]:
    for name, value in sorted(values.items()):
        is_plain = isinstance(value, str) and value and not _REFERENCE.match(value)
        if is_plain and (_NAME.search(name) or _VALUE.search(str(value))):
            yield f"{where}.{name} holds a secret in plain text"


def _script(resource: Subject) -> str:
    """What an instance runs when it starts, which everybody on it can read from the metadata service."""
    text = resource.props.text("userData")
    encoded = resource.props.text("userDataBase64")
    if resource.type == "aws:ec2/launchTemplate:LaunchTemplate":
        text, encoded = "", text
    try:
        return text + base64.b64decode(encoded, validate=True).decode("utf-8", errors="replace")
    except binascii.Error:
        return text + encoded


rule = Rule(
    id="forbid_plain_secrets",
    title="No secret is in plain text where everybody can read it",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:ec2/instance:Instance",
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:lambda/function:Function",
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:ssm/parameter:Parameter",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:glue/connection:Connection",
    ),
    validate=validate,
    unknown=Unknown.DEFER,
    why="Environment variables, user data, task definitions and plain parameters are shown in consoles and logs.",
    fix="Keep the value in Secrets Manager and pass its ARN.",
    code='environment={"variables": {"DB_SECRET_ARN": secret.arn}}',
    controls=serving(AUTHENTICATION),
)
