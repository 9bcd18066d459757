"""Personal data is deleted in time."""

from collections.abc import Iterator

from apex.policy.controls import ERASURE, RETENTION, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: personal data is deleted in time."""
    most = float(context.settings.get("mostDays", 730))
    spec = resource.props.map("spec")
    columns = [column.text("column") for column in spec.items("pii") if column.text("handling") != "drop"]
    days = spec.number("retentionDays")
    if columns and days is not None and days > most:
        yield f"keeps {', '.join(columns)} for {days:g} days; required: at most {most:g} for personal data"


rule = Rule(
    id="limit_personal_retention",
    title="Personal data is deleted in time",
    pack="data",
    severity=Severity.HIGH,
    types=("apex:catalog:DataContract",),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "mostDays": {
            "type": "number",
            "minimum": 0,
            "default": 730,
            "description": "The most days that personal data may be kept.",
        }
    },
    why="Storage limitation: personal data may be kept only as long as its purpose needs.",
    fix="Lower retentionDays, or drop the personal columns.",
    code="retentionDays: 365",
    controls=serving(RETENTION, ERASURE),
)
