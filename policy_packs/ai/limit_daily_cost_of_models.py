"""Models have a daily cost threshold."""

from collections.abc import Iterator

from apex.policy.controls import CONSUMPTION, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: models have a daily cost threshold."""
    scaling = resource.props.at("spec.governance.costOptimization.autoscaling")
    limit = scaling.number("costThresholdUSDPerDay")
    if not limit:
        yield "spec.governance.costOptimization.autoscaling.costThresholdUSDPerDay is not set"
    if scaling.number("maxReplicas") is None:
        yield "spec.governance.costOptimization.autoscaling.maxReplicas is not set"


rule = Rule(
    id="limit_daily_cost_of_models",
    title="Models have a daily cost threshold",
    pack="ai",
    severity=Severity.MEDIUM,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why="A model that scales with its callers scales its bill with its abusers.",
    fix="Set costThresholdUSDPerDay.",
    code="autoscaling: {minReplicas: 1, maxReplicas: 4, costThresholdUSDPerDay: 120}",
    controls=serving(CONSUMPTION),
)
