"""Bias thresholds are within the organisation's ceiling."""

from collections.abc import Iterator

from apex.policy.controls import FAIRNESS, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: bias thresholds are within the organisation's ceiling."""
    ceiling = float(context.settings.get("ceiling", 0.2))
    thresholds = resource.props.at("spec.governance.biasDetection.thresholds")
    for measure in thresholds.names():
        value = thresholds.number(measure)
        if measure.endswith("_difference") and value is not None and value > ceiling:
            yield f"threshold of {measure} is {value:g}; required: at most {ceiling:g}"
        if measure.endswith("_ratio") and value is not None and value < 1 - ceiling:
            yield f"threshold of {measure} is {value:g}; required: at least {1 - ceiling:g}"


rule = Rule(
    id="bound_bias",
    title="Bias thresholds are within the organisation's ceiling",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "ceiling": {
            "type": "number",
            "minimum": 0,
            "default": 0.2,
            "description": "The largest difference between groups.",
        }
    },
    why="A threshold that nobody can miss protects nobody.",
    fix="Lower the threshold; train or calibrate until the model meets it.",
    code="thresholds: {demographic_parity_difference: 0.1, equal_opportunity_difference: 0.1}",
    controls=serving(FAIRNESS),
)
