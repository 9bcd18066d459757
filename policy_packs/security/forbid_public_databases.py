"""Databases have no public address."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: databases have no public address."""
    if resource.props.flag("publiclyAccessible"):
        yield "publiclyAccessible is on"


rule = Rule(
    id="forbid_public_databases",
    title="Databases have no public address",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:rds/instance:Instance",
        "aws:rds/clusterInstance:ClusterInstance",
        "aws:redshift/cluster:Cluster",
        "aws:dms/replicationInstance:ReplicationInstance",
        "aws:redshiftserverless/workgroup:Workgroup",
    ),
    validate=validate,
    why="A database on the internet is attacked from its first minute.",
    fix="Leave publicly_accessible off.",
    code="publicly_accessible=False",
    controls=serving(NO_PUBLIC_ACCESS, cis_aws="2.3.3"),
)
