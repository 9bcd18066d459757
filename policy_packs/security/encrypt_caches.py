"""Caches encrypt storage and traffic."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: caches encrypt storage and traffic."""
    if resource.type == "aws:memorydb/cluster:Cluster":
        if resource.props.flag("tlsEnabled") is False:
            yield "tlsEnabled is off"
        return
    if resource.props.is_set("replicationGroupId"):
        return
    if resource.type.endswith("ReplicationGroup") and not resource.props.flag("atRestEncryptionEnabled"):
        yield "atRestEncryptionEnabled is off"
    if not resource.props.flag("transitEncryptionEnabled"):
        yield "transitEncryptionEnabled is off"


rule = Rule(
    id="encrypt_caches",
    title="Caches encrypt storage and traffic",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:elasticache/cluster:Cluster",
        "aws:memorydb/cluster:Cluster",
    ),
    validate=validate,
    why="What is cached is a copy of the data, passwords and sessions among it.",
    fix="Turn encryption at rest and in transit on.",
    code="at_rest_encryption_enabled=True, transit_encryption_enabled=True",
    controls=serving(ENCRYPTION_AT_REST, ENCRYPTION_IN_TRANSIT),
)
