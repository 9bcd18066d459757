"""Databases keep backups."""

from collections.abc import Iterator

from apex.policy.controls import RECOVERY, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: databases keep backups."""
    if resource.type == "aws:rds/instance:Instance" and resource.props.is_set("replicateSourceDb"):
        return
    least = float(context.settings.get("days", 7 if context.is_production else 1))
    days = resource.props.number("backupRetentionPeriod")
    if days is None:
        days = 0.0 if resource.type == "aws:rds/instance:Instance" else 1.0
    if days < least:
        yield f"backupRetentionPeriod is {days:g}; required: at least {least:g} days"


rule = Rule(
    id="back_up_databases",
    title="Databases keep backups",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
    ),
    validate=validate,
    settings={"days": {"type": "integer", "minimum": 1, "description": "The fewest days to accept."}},
    why="Without backups a bad migration is final.",
    fix="Keep backups for at least seven days in production.",
    code="backup_retention_period=7",
    controls=serving(RECOVERY),
)
