"""Pipelines that read personal data take it out."""

from collections.abc import Iterator

from apex.policy.controls import MASKING, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: pipelines that read personal data take it out."""
    spec = resource.props.map("spec")
    steps = spec.map("transformation").items("steps")
    for step in steps:
        if step.map("config").text("piiRedaction") == "disabled":
            yield f"step {step.text('name')} has piiRedaction disabled"
    topic = spec.map("source").text("topic")
    personal = {
        entry.text("name")
        for platform in context.of_type("apex:catalog:Platform")
        for entry in platform.props.map("spec").items("topics")
        if entry.text("dataClass") == "personal"
    }
    if topic in personal and not any(step.map("config").text("piiRedaction") == "enabled" for step in steps):
        yield f'reads personal data from topic "{topic}" and no step has piiRedaction enabled'


rule = Rule(
    id="mask_personal_data",
    title="Pipelines that read personal data take it out",
    pack="data",
    severity=Severity.HIGH,
    types=("apex:catalog:DataPipeline",),
    validate=validate,
    scope=Scope.STACK,
    why=("What is copied downstream with names and numbers in it is copied to people who have no need of them."),
    fix="Turn piiRedaction on in a step that reads it.",
    code="config: {piiRedaction: enabled}",
    controls=serving(MASKING),
)
