"""Databases are encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: databases are encrypted with a customer key."""
    if resource.props.is_set("clusterIdentifier") and resource.type == "aws:rds/instance:Instance":
        return
    if resource.props.is_set("replicateSourceDb") or resource.props.is_set("replicationSourceIdentifier"):
        return
    name = "encrypted" if resource.type.startswith("aws:redshift/") else "storageEncrypted"
    if not resource.props.flag(name):
        yield f"{name} is off"
    elif not resource.props.is_set("kmsKeyId") and not resource.props.is_set("kmsKeyArn"):
        yield "kmsKeyId is not set, so AWS's shared key is used; a customer key is required"


rule = Rule(
    id="encrypt_databases",
    title="Databases are encrypted with a customer key",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
        "aws:redshift/cluster:Cluster",
    ),
    validate=validate,
    why="Storage, backups and snapshots share the setting, and it cannot be changed without a restore.",
    fix="Set storage_encrypted and kms_key_id.",
    code="storage_encrypted=True, kms_key_id=key.arn",
    controls=serving(ENCRYPTION_AT_REST, cis_aws="2.3.1"),
)
