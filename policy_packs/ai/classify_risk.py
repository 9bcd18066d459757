"""It is known how much harm a model could do."""

from collections.abc import Iterator

from apex.policy.controls import RISK, serving
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject

LEVELS = ("minimal", "low", "limited", "high")
NOTE = "governance.apexlogic.com/risk"


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: it is known how much harm a model could do."""
    risk = resource.props.at("metadata.annotations").text(NOTE)
    if risk not in LEVELS:
        yield f'metadata.annotations {NOTE} is "{risk}"; required: {", ".join(LEVELS)}'


rule = Rule(
    id="classify_risk",
    title="It is known how much harm a model could do",
    pack="ai",
    severity=Severity.LOW,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    why="What law and good sense ask of a model depends on what it decides about people.",
    fix=f"Assess the use of the model and write the outcome into the annotation {NOTE}.",
    code=f"annotations: {{{NOTE}: limited}}",
    controls=serving(RISK),
)
