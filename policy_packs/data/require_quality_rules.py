"""Contracts promise a measured quality."""

from collections.abc import Iterator

from apex.policy.controls import QUALITY, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: contracts promise a measured quality."""
    if not resource.props.map("spec").items("quality"):
        yield "spec.quality has no rule"


rule = Rule(
    id="require_quality_rules",
    title="Contracts promise a measured quality",
    pack="data",
    severity=Severity.LOW,
    types=("apex:catalog:DataContract",),
    validate=validate,
    scope=Scope.STACK,
    why="A promise that nobody measures is not kept for long.",
    fix="Add at least one rule to spec.quality.",
    code="quality: [{name: complete, metric: completeness, threshold: 0.98}]",
    controls=serving(QUALITY),
)
