"""Kinesis streams are encrypted with a key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: kinesis streams are encrypted with a key."""
    if resource.type == "aws:kinesis/stream:Stream":
        if resource.props.text("encryptionType") != "KMS":
            yield f'encryptionType is "{resource.props.text("encryptionType") or "NONE"}"; required: "KMS"'
    elif any(resource.props.is_set(source) for source in _ENCRYPTED_SOURCES):
        return
    elif not resource.props.map("serverSideEncryption").flag("enabled"):
        yield "serverSideEncryption.enabled is off"


_ENCRYPTED_SOURCES = ("kinesisSourceConfiguration", "mskSourceConfiguration")
"""Where Firehose reads what waits encrypted there already; it takes no key of its own then."""

rule = Rule(
    id="encrypt_streams",
    title="Kinesis streams are encrypted with a key",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:kinesis/stream:Stream",
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    ),
    validate=validate,
    why="Records stay in the stream for a day to a year.",
    fix="Set encryption_type KMS with a key.",
    code='encryption_type="KMS", kms_key_id=key.id',
    controls=serving(ENCRYPTION_AT_REST),
)
