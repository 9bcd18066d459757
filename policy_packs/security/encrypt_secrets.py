"""Secrets are encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: secrets are encrypted with a customer key."""
    if not resource.props.is_set("kmsKeyId"):
        yield "kmsKeyId is not set"


rule = Rule(
    id="encrypt_secrets",
    title="Secrets are encrypted with a customer key",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:secretsmanager/secret:Secret",),
    validate=validate,
    why="Only with a key of ours does the key policy say who may open it.",
    fix="Set kms_key_id.",
    code="kms_key_id=key.arn",
    controls=serving(ENCRYPTION_AT_REST),
)
