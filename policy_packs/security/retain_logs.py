"""Log groups keep logs for a stated time."""

from collections.abc import Iterator

from apex.policy.controls import LOG_RETENTION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: log groups keep logs for a stated time."""
    least = float(context.settings.get("days", 90 if context.is_production else 7))
    days = resource.props.number("retentionInDays")
    if not days:
        yield "retentionInDays is not set, so logs are kept and paid for forever"
    elif days < least:
        yield f"retentionInDays is {days:g}; required: at least {least:g}"


rule = Rule(
    id="retain_logs",
    title="Log groups keep logs for a stated time",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:cloudwatch/logGroup:LogGroup",),
    validate=validate,
    settings={"days": {"type": "integer", "minimum": 1, "description": "The fewest days to accept."}},
    why="Without a limit logs are paid for forever; with too short a one they are gone when they are needed.",
    fix="Set retention_in_days: 90 or more in production, 7 or more elsewhere.",
    code="retention_in_days=90",
    controls=serving(LOG_RETENTION),
)
