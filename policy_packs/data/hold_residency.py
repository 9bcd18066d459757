"""Data stays in the regions of its contract."""

from collections.abc import Iterator

from apex.policy.controls import RESIDENCY, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: data stays in the regions of its contract."""
    region = context.facts.get("aws:region")
    regions = resource.props.map("spec").texts("allowedRegions")
    if not regions:
        yield "spec.allowedRegions is empty"
    elif isinstance(region, str) and region not in regions:
        yield f"this stack is in {region}; required: {', '.join(regions)}"


rule = Rule(
    id="hold_residency",
    title="Data stays in the regions of its contract",
    pack="data",
    severity=Severity.HIGH,
    types=("apex:catalog:DataContract",),
    validate=validate,
    scope=Scope.STACK,
    why="Where data lies decides which law it is under.",
    fix="Deploy to an allowed region, or have the contract changed.",
    code="allowedRegions: [eu-west-1]",
    controls=serving(RESIDENCY),
)
