"""Data leaves by endpoints of the contracts' regions only."""

import re
from collections.abc import Iterator

from apex.policy.controls import RESIDENCY, serving
from apex.policy.data_regions import allowed_regions
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: data leaves by endpoints of the contracts' regions only."""
    allowed = allowed_regions(context)
    if not allowed:
        return
    name = re.match(r"com\.amazonaws\.(?:vpce\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.", resource.props.text("serviceName"))
    places = {resource.props.text("serviceRegion"), name[1] if name else ""}
    for place in sorted(place for place in places if place and place not in allowed):
        yield f"leads to a service in {place}; required: {', '.join(sorted(allowed))}"


rule = Rule(
    id="hold_endpoints",
    title="Data leaves by endpoints of the contracts' regions only",
    pack="data",
    severity=Severity.HIGH,
    types=("aws:ec2/vpcEndpoint:VpcEndpoint",),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "regions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Allowed regions, in place of those that all data contracts allow.",
        }
    },
    why="What a service in another region is asked to process is processed under that region's law.",
    fix="Use the service of an allowed region.",
    code='service_name="com.amazonaws.us-east-1.s3"',
    controls=serving(RESIDENCY),
)
