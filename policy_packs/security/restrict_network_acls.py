"""Network ACLs admit no administration from everywhere."""

from collections.abc import Iterator

from apex.policy.aws import is_open_cidr
from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: network ACLs admit no administration from everywhere."""
    if resource.type == "aws:ec2/networkAclRule:NetworkAclRule":
        rules = [] if resource.props.flag("egress") else [resource.props]
    else:
        rules = resource.props.items("ingress")
    for entry in rules:
        action = entry.text("action") or entry.text("ruleAction")
        cidr = entry.text("cidrBlock") or entry.text("ipv6CidrBlock")
        whole = entry.text("protocol") in ("-1", "all")
        first, last = entry.number("fromPort") or 0, entry.number("toPort") or 0
        ports = [port for port in (22, 3389) if whole or first <= port <= last]
        if action == "allow" and ports and is_open_cidr(cidr):
            yield f"allows port {' and '.join(map(str, ports))} from {cidr}"


rule = Rule(
    id="restrict_network_acls",
    title="Network ACLs admit no administration from everywhere",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:ec2/networkAcl:NetworkAcl",
        "aws:ec2/networkAclRule:NetworkAclRule",
        "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
    ),
    validate=validate,
    why="Ports 22 and 3389 from everywhere are how machines are taken over.",
    fix="Limit the rule to known networks.",
    code=(
        'ingress=[{"protocol": "tcp", "rule_no": 100, "action": "allow", "cidr_block": "10.0.0.0/8", '
        '"from_port": 22, "to_port": 22}]'
    ),
    controls=serving(NO_PUBLIC_ACCESS, cis_aws="5.1"),
)
