"""Instances have no public address."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: instances have no public address."""
    for part in (resource.props, *resource.props.items("networkInterfaces")):
        if part.flag("associatePublicIpAddress"):
            yield f"{part.where('associatePublicIpAddress')} is on"


rule = Rule(
    id="forbid_public_instances",
    title="Instances have no public address",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ec2/instance:Instance",
    ),
    validate=validate,
    why="A public address exposes every port that a security group opens by mistake.",
    fix="Leave associate_public_ip_address off; reach instances through a load balancer or Session Manager.",
    code='network_interfaces=[{"associate_public_ip_address": "false"}]',
    controls=serving(NO_PUBLIC_ACCESS),
)
