"""VPCs record their flows."""

from collections.abc import Iterator

from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: VPCs record their flows."""
    logs = context.siblings(resource, ("aws:ec2/flowLog:FlowLog",), "vpcId", ())
    if not any(log.props.text("trafficType") in ("ALL", "REJECT") for log in logs):
        yield "no FlowLog records this VPC's traffic"


rule = Rule(
    id="log_vpc_flows",
    title="VPCs record their flows",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:ec2/vpc:Vpc",),
    validate=validate,
    scope=Scope.STACK,
    why="Flow logs show what talked to what; after an incident there is no other record.",
    fix="Give the VPC a FlowLog.",
    code=(
        'ec2.FlowLog("network-flows", vpc_id=vpc.id, traffic_type="ALL", log_destination=group.arn, '
        "iam_role_arn=role.arn)"
    ),
    controls=serving(LOGGING, cis_aws="3.7"),
)
