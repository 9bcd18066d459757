"""Production data stores cannot be deleted by accident."""

from collections.abc import Iterator

from apex.policy.controls import RECOVERY, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: production data stores cannot be deleted by accident."""
    if not context.is_production or (resource.props.is_set("clusterIdentifier") and "rds/instance" in resource.type):
        return
    name = {
        "aws:dynamodb/table:Table": "deletionProtectionEnabled",
        "aws:lb/loadBalancer:LoadBalancer": "enableDeletionProtection",
    }.get(resource.type, "deletionProtection")
    if not resource.props.flag(name):
        yield f"{name} is off in production"
    if resource.props.flag("skipFinalSnapshot"):
        yield "skipFinalSnapshot is on in production"


rule = Rule(
    id="protect_data_stores",
    title="Production data stores cannot be deleted by accident",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
        "aws:dynamodb/table:Table",
        "aws:lb/loadBalancer:LoadBalancer",
    ),
    validate=validate,
    why="One wrong plan deletes a database; the protection makes that a step of its own.",
    fix="Turn deletion protection on, and keep a final snapshot.",
    code="deletion_protection=True, skip_final_snapshot=False",
    controls=serving(RECOVERY),
)
