"""Decisions of high risk are explained."""

from collections.abc import Iterator

from apex.policy.controls import EXPLANATION, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject

_RISK = "governance.apexlogic.com/risk"
_EXPLANATIONS = "governance.apexlogic.com/explanations"


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: decisions of high risk are explained."""
    notes = resource.props.at("metadata.annotations")
    if notes.text(_RISK) != "high":
        return
    if resource.type == "apex:catalog:DataPipeline":
        steps = resource.props.at("spec.transformation").items("steps")
        if not any(step.map("config").flag("explainabilityEnabled") for step in steps):
            yield "is of high risk and no step has explainabilityEnabled"
    elif not notes.text(_EXPLANATIONS).startswith("https://"):
        yield f"is of high risk and metadata.annotations has no {_EXPLANATIONS} with an https URL"


rule = Rule(
    id="explain_high_risk",
    title="Decisions of high risk are explained",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:DataPipeline", "apex:catalog:MultimodalAIComponent"),
    validate=validate,
    scope=Scope.STACK,
    why="Who is refused something by a model has a right to know what it went by.",
    fix=f"Turn explainabilityEnabled on in a step, or say in {_EXPLANATIONS} where a component explains itself.",
    code=f"annotations: {{{_EXPLANATIONS}: https://explain.example.com/credit-score}}",
    controls=serving(EXPLANATION),
)
