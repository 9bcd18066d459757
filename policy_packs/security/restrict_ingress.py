"""Security groups let the internet in on web ports only."""

from collections.abc import Iterator

from apex.policy.aws import ingress_of
from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: security groups let the internet in on web ports only."""
    web = {int(port) for port in context.settings.get("ports", (80, 443))}
    for opening in ingress_of(resource):
        if opening.is_open and not (
            opening.protocol in ("tcp", "6") and opening.first == opening.last and opening.first in web
        ):
            yield f"lets in {opening}"


rule = Rule(
    id="restrict_ingress",
    title="Security groups let the internet in on web ports only",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ),
    validate=validate,
    settings={
        "ports": {
            "type": "array",
            "items": {"type": "integer"},
            "default": [80, 443],
            "description": "Ports that may be open to the internet.",
        }
    },
    why=("An open port is found by scanners within minutes; administration and data ports are what they look for."),
    fix="Name the networks or the security groups that need the port.",
    code=(
        'vpc.SecurityGroupIngressRule("kafka", security_group_id=group.id, '
        'referenced_security_group_id=clients.id, ip_protocol="tcp", from_port=9098, to_port=9098)'
    ),
    controls=serving(NO_PUBLIC_ACCESS, cis_aws="5.2 5.3"),
)
