"""The default security group lets nothing through."""

from collections.abc import Iterator

from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: the default security group lets nothing through."""
    if resource.type == "aws:ec2/vpc:Vpc":
        if not context.siblings(resource, ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",), "vpcId", ("id",)):
            yield "no DefaultSecurityGroup of the stack closes the group that AWS makes with every VPC"
        return
    for direction in ("ingress", "egress"):
        if resource.props.items(direction):
            yield f"the default security group has {direction} rules"


rule = Rule(
    id="close_default_security_group",
    title="The default security group lets nothing through",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/vpc:Vpc",
    ),
    validate=validate,
    scope=Scope.STACK,
    why="Whatever is started without a group of its own lands in the default one.",
    fix="Adopt the default group and give it no rule.",
    code='ec2.DefaultSecurityGroup("closed", vpc_id=vpc.id, ingress=[], egress=[])',
    controls=serving(NO_PUBLIC_ACCESS, cis_aws="5.4"),
)
