"""Kafka storage is encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: kafka storage is encrypted with a customer key."""
    if not resource.props.map("encryptionInfo").is_set("encryptionAtRestKmsKeyArn"):
        yield "encryptionInfo.encryptionAtRestKmsKeyArn is not set; a customer key is required"


rule = Rule(
    id="encrypt_kafka_storage",
    title="Kafka storage is encrypted with a customer key",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:msk/cluster:Cluster",),
    validate=validate,
    why="Topics hold the data itself; with AWS's shared key no key policy limits who can restore it.",
    fix="Set encryption_info.encryption_at_rest_kms_key_arn to a key of yours.",
    code='encryption_info={"encryption_at_rest_kms_key_arn": key.arn}',
    controls=serving(ENCRYPTION_AT_REST),
)
