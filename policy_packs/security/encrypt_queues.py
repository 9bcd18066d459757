"""SQS queues are encrypted."""

from collections.abc import Iterator, Mapping
from typing import Any

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: SQS queues are encrypted."""
    if not resource.props.is_set("kmsMasterKeyId") and not resource.props.flag("sqsManagedSseEnabled"):
        yield "neither kmsMasterKeyId nor sqsManagedSseEnabled is set"


def remediate(resource: Subject, context: Context) -> Mapping[str, Any] | None:
    """The properties with the service's own key, which needs no permission of senders."""
    if not any(validate(resource, context)):
        return None
    return {**resource.props.plain(), "sqsManagedSseEnabled": True}


rule = Rule(
    id="encrypt_queues",
    title="SQS queues are encrypted",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:sqs/queue:Queue",),
    validate=validate,
    remediate=remediate,
    why="Messages wait on disk for up to two weeks.",
    fix="Set kms_master_key_id, or leave sqs_managed_sse_enabled on.",
    code="kms_master_key_id=key.id",
    controls=serving(ENCRYPTION_AT_REST),
)
