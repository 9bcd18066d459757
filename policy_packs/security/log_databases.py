"""Databases export their logs."""

from collections.abc import Iterator

from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Enforcement, Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: databases export their logs."""
    if resource.props.is_set("clusterIdentifier") and resource.type == "aws:rds/instance:Instance":
        return
    name = "enableCloudwatchLogsExports" if "neptune" in resource.type else "enabledCloudwatchLogsExports"
    if not resource.props.texts(name):
        yield f"{name} is empty"


rule = Rule(
    id="log_databases",
    title="Databases export their logs",
    pack="security",
    severity=Severity.LOW,
    types=(
        "aws:rds/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
    ),
    validate=validate,
    enforcement=Enforcement.ADVISORY,
    why="Logs that stay on the instance are gone with it.",
    fix="Export the engine's logs to CloudWatch.",
    code='enabled_cloudwatch_logs_exports=["postgresql"]',
    controls=serving(LOGGING),
)
