"""Log groups keep logs for a stated time."""

from collections.abc import Iterator, Mapping
from typing import Any

from apex.policy.controls import LOG_RETENTION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def _least(context: Context) -> float:
    return float(context.settings.get("days", 90 if context.is_production else 7))


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: log groups keep logs for a stated time."""
    least = _least(context)
    days = resource.props.number("retentionInDays")
    if not days:
        yield "retentionInDays is not set, so logs are kept and paid for forever"
    elif days < least:
        yield f"retentionInDays is {days:g}; required: at least {least:g}"


def remediate(resource: Subject, context: Context) -> Mapping[str, Any] | None:
    """The properties with the shortest retention that complies and that CloudWatch Logs has."""
    if not any(validate(resource, context)):
        return None
    least = _least(context)
    return {**resource.props.plain(), "retentionInDays": next((days for days in _KNOWN if days >= least), _KNOWN[-1])}


_KNOWN = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)

rule = Rule(
    id="retain_logs",
    title="Log groups keep logs for a stated time",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:cloudwatch/logGroup:LogGroup",),
    validate=validate,
    remediate=remediate,
    settings={"days": {"type": "integer", "minimum": 1, "description": "The fewest days to accept."}},
    why="Without a limit logs are paid for forever; with too short a one they are gone when they are needed.",
    fix="Set retention_in_days: 90 or more in production, 7 or more elsewhere.",
    code="retention_in_days=90",
    controls=serving(LOG_RETENTION),
)
