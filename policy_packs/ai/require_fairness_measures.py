"""Models are measured for bias."""

from collections.abc import Iterator

from apex.policy.controls import FAIRNESS, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: models are measured for bias."""
    thresholds = resource.props.at("spec.governance.biasDetection.thresholds")
    if not any(name.endswith(("_difference", "_ratio")) for name in thresholds.names()):
        yield "spec.governance.biasDetection.thresholds names no fairness measure"


rule = Rule(
    id="require_fairness_measures",
    title="Models are measured for bias",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why="What is not measured is not noticed by those it does not concern.",
    fix="Set a threshold for at least one fairness measure.",
    code="thresholds: {demographic_parity_difference: 0.1}",
    controls=serving(FAIRNESS),
)
