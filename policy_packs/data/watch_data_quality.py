"""Pipelines are alerted when quality drops."""

from collections.abc import Iterator

from apex.policy.controls import QUALITY, serving
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: pipelines are alerted when quality drops."""
    alerts = resource.props.at("spec.monitoring").items("alerts")
    if not any(alert.text("type") == "data-quality" for alert in alerts):
        yield "spec.monitoring.alerts has none of type data-quality"


rule = Rule(
    id="watch_data_quality",
    title="Pipelines are alerted when quality drops",
    pack="data",
    severity=Severity.LOW,
    types=("apex:catalog:DataPipeline",),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    why="Bad data that is noticed by its readers has already been trained on.",
    fix="Add a data-quality alert.",
    code="alerts: [{type: data-quality, metric: completeness, threshold: 0.98}]",
    controls=serving(QUALITY),
)
