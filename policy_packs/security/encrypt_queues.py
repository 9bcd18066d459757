"""SQS queues are encrypted."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: SQS queues are encrypted."""
    if not resource.props.is_set("kmsMasterKeyId") and not resource.props.flag("sqsManagedSseEnabled"):
        yield "neither kmsMasterKeyId nor sqsManagedSseEnabled is set"


rule = Rule(
    id="encrypt_queues",
    title="SQS queues are encrypted",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:sqs/queue:Queue",),
    validate=validate,
    why="Messages wait on disk for up to two weeks.",
    fix="Set kms_master_key_id, or leave sqs_managed_sse_enabled on.",
    code="kms_master_key_id=key.id",
    controls=serving(ENCRYPTION_AT_REST),
)
