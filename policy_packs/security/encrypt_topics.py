"""SNS topics are encrypted."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: SNS topics are encrypted."""
    if not resource.props.is_set("kmsMasterKeyId"):
        yield "kmsMasterKeyId is not set"


rule = Rule(
    id="encrypt_topics",
    title="SNS topics are encrypted",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:sns/topic:Topic",),
    validate=validate,
    why="Messages wait on disk until they are delivered.",
    fix="Set kms_master_key_id.",
    code="kms_master_key_id=key.id",
    controls=serving(ENCRYPTION_AT_REST),
)
