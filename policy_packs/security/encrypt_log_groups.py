"""Log groups are encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Enforcement, Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: log groups are encrypted with a customer key."""
    if not resource.props.is_set("kmsKeyId"):
        yield "kmsKeyId is not set"


rule = Rule(
    id="encrypt_log_groups",
    title="Log groups are encrypted with a customer key",
    pack="security",
    severity=Severity.LOW,
    types=("aws:cloudwatch/logGroup:LogGroup",),
    validate=validate,
    enforcement=Enforcement.ADVISORY,
    why="Logs quote the data that programs handle.",
    fix="Set kms_key_id.",
    code="kms_key_id=key.arn",
    controls=serving(ENCRYPTION_AT_REST),
)
