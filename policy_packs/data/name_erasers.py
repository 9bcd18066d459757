"""Somebody may delete personal data."""

from collections.abc import Iterator

from apex.policy.controls import ERASURE, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: somebody may delete personal data."""
    spec = resource.props.map("spec")
    if spec.items("pii") and not spec.map("access").texts("delete"):
        yield "holds personal data and names no role under spec.access.delete"


rule = Rule(
    id="name_erasers",
    title="Somebody may delete personal data",
    pack="data",
    severity=Severity.MEDIUM,
    types=("apex:catalog:DataContract",),
    validate=validate,
    scope=Scope.STACK,
    why="A request to erase has to be met within a month, by somebody who is allowed to.",
    fix="Name a role under access.delete, and not one that everybody has.",
    code="access: {delete: [compliance-officer]}",
    controls=serving(ERASURE),
)
