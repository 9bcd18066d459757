"""DynamoDB tables can be restored to a point in time."""

from collections.abc import Iterator

from apex.policy.controls import RECOVERY, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: dynamoDB tables can be restored to a point in time."""
    if not resource.props.map("pointInTimeRecovery").flag("enabled"):
        yield "pointInTimeRecovery.enabled is off"


rule = Rule(
    id="recover_tables",
    title="DynamoDB tables can be restored to a point in time",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:dynamodb/table:Table",),
    validate=validate,
    why="A program that writes nonsense is noticed hours later.",
    fix="Turn point-in-time recovery on.",
    code='point_in_time_recovery={"enabled": True}',
    controls=serving(RECOVERY),
)
