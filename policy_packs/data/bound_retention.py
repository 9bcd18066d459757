"""Contracts keep data neither too briefly nor forever."""

from collections.abc import Iterator

from apex.policy.controls import RETENTION, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: contracts keep data neither too briefly nor forever."""
    least = float(context.settings.get("leastDays", 30))
    most = float(context.settings.get("mostDays", 2555))
    days = resource.props.map("spec").number("retentionDays")
    if days is None or not least <= days <= most:
        yield f"spec.retentionDays is {'not set' if days is None else f'{days:g}'}; required: {least:g} to {most:g}"


rule = Rule(
    id="bound_retention",
    title="Contracts keep data neither too briefly nor forever",
    pack="data",
    severity=Severity.MEDIUM,
    types=("apex:catalog:DataContract",),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "leastDays": {"type": "integer", "default": 30, "description": "The fewest days."},
        "mostDays": {"type": "integer", "default": 2555, "description": "The most days."},
    },
    why=("Data that is gone too early cannot be audited; data that is kept too long costs money and is a liability."),
    fix="Set retentionDays within the bounds of the data class.",
    code="retentionDays: 365",
    controls=serving(RETENTION),
)
