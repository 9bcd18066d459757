"""Streams forget personal data in time."""

from collections.abc import Iterator

from apex.policy.controls import ERASURE, RETENTION, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: streams forget personal data in time."""
    most = float(context.settings.get("mostHours", 720))
    for topic in resource.props.map("spec").items("topics"):
        hours = topic.number("retentionHours")
        if topic.text("dataClass") == "personal" and hours is not None and hours > most:
            yield f"topic {topic.text('name')} keeps personal data for {hours:g} hours; required: at most {most:g}"


rule = Rule(
    id="limit_personal_topics",
    title="Streams forget personal data in time",
    pack="data",
    severity=Severity.HIGH,
    types=("apex:catalog:Platform",),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "mostHours": {
            "type": "number",
            "minimum": 1,
            "default": 720,
            "description": "The most hours that a topic may keep personal data: a request to erase is met in a month.",
        }
    },
    why="A record of a topic cannot be deleted by itself: it goes when the topic forgets it, so within a month.",
    fix="Lower retentionHours; what is needed for longer belongs into a store that can delete.",
    code="retentionHours: 72",
    controls=serving(RETENTION, ERASURE),
)
