"""Somebody can be asked about a model's decisions."""

from collections.abc import Iterator

from apex.policy.controls import OVERSIGHT, serving
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: somebody can be asked about a model's decisions."""
    contact = resource.props.at("metadata.annotations").text("governance.apexlogic.com/human-oversight")
    if "@" not in contact and not contact.startswith("https://"):
        yield "metadata.annotations has no governance.apexlogic.com/human-oversight"


rule = Rule(
    id="name_human_oversight",
    title="Somebody can be asked about a model's decisions",
    pack="ai",
    severity=Severity.LOW,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    why="People who are affected by a decision have a right to a person who can explain and change it.",
    fix="Name a contact in the annotation governance.apexlogic.com/human-oversight.",
    code="annotations: {governance.apexlogic.com/human-oversight: oversight@example.com}",
    controls=serving(OVERSIGHT),
)
