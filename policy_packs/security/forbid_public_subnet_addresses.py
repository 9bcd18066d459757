"""Subnets hand out no public addresses."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: subnets hand out no public addresses."""
    if resource.props.flag("mapPublicIpOnLaunch"):
        yield "mapPublicIpOnLaunch is on"


rule = Rule(
    id="forbid_public_subnet_addresses",
    title="Subnets hand out no public addresses",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:ec2/subnet:Subnet",),
    validate=validate,
    why="What is started in such a subnet is on the internet without anybody having asked for it.",
    fix="Leave map_public_ip_on_launch off.",
    code="map_public_ip_on_launch=False",
    controls=serving(NO_PUBLIC_ACCESS),
)
