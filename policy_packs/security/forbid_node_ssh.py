"""Nodes take no SSH from everywhere."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: nodes take no SSH from everywhere."""
    access = resource.props.map("remoteAccess")
    if access.is_set("ec2SshKey") and not access.is_set("sourceSecurityGroupIds"):
        yield "remoteAccess.ec2SshKey is set without sourceSecurityGroupIds"


rule = Rule(
    id="forbid_node_ssh",
    title="Nodes take no SSH from everywhere",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:eks/nodeGroup:NodeGroup",),
    validate=validate,
    why="A key pair without source groups opens port 22 of each node to the internet.",
    fix="Leave remote_access out and use Session Manager, or name the security groups that may connect.",
    code='remote_access={"ec2_ssh_key": key, "source_security_group_ids": [bastion.id]}',
    controls=serving(NO_PUBLIC_ACCESS),
)
