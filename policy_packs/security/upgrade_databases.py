"""Databases take their minor upgrades."""

from collections.abc import Iterator

from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: databases take their minor upgrades, which they do unless told otherwise."""
    if resource.props.flag("autoMinorVersionUpgrade") is False:
        yield "autoMinorVersionUpgrade is off"


rule = Rule(
    id="upgrade_databases",
    title="Databases take their minor upgrades",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:docdb/clusterInstance:ClusterInstance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:neptune/clusterInstance:ClusterInstance",
        "aws:rds/clusterInstance:ClusterInstance",
        "aws:rds/instance:Instance",
    ),
    validate=validate,
    why="Minor versions are where security fixes come; nobody installs them by hand on every database in time.",
    fix="Leave auto_minor_version_upgrade on, and choose the maintenance window.",
    code="auto_minor_version_upgrade=True",
    controls=serving(SUPPORTED_SOFTWARE, cis_aws="2.3.2"),
)
