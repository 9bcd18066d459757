"""The way out of a VPC through an organisation's transit gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.nested_arguments import NestedArguments

EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class TransitPlan:
    """A transit gateway, and what is reached through it."""

    gateway_id: pulumi.Input[str]
    destinations: tuple[str, ...]


def read_transit(check: NestedArguments, vpc: IPv4Network | None, *, central: bool) -> TransitPlan | None:
    """What the arguments say of a transit gateway; None where they name none."""
    cidrs = check.texts("transit_gateway_cidrs")
    for cidr in cidrs:
        try:
            network = IPv4Network(cidr)
        except ValueError as error:
            check.refuse("transit_gateway_cidrs", f'"{cidr}" is not an IPv4 prefix ({error}); write such as 10.0.0.0/8')
            continue
        if network.prefixlen == 0:
            check.refuse("transit_gateway_cidrs", f"{cidr} is everywhere; write central for nat instead")
        elif vpc is not None and network.subnet_of(vpc):
            check.refuse("transit_gateway_cidrs", f"{cidr} is inside the VPC's {vpc}; name what lies outside it")
    if not check.has("transit_gateway_id"):
        if central:
            check.refuse("transit_gateway_id", "is missing with nat central; name the organisation's transit gateway")
        if cidrs:
            check.refuse("transit_gateway_cidrs", "lead nowhere without transit_gateway_id; name it or leave them out")
        return None
    if not central and not cidrs:
        check.refuse("transit_gateway_id", "is of no use; name transit_gateway_cidrs, or write central for nat")
    return TransitPlan(check.given("transit_gateway_id", ""), (*((EVERYWHERE,) if central else ()), *cidrs))


def attach(
    name: str,
    plan: TransitPlan,
    vpc_id: pulumi.Output[str],
    subnet_ids: Sequence[pulumi.Output[str]],
    table_ids: Sequence[pulumi.Output[str]],
    tags: CostTags,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """The attachment, and a route to each destination from every private subnet; the attachment's id.

    Which of the gateway's own route tables the attachment belongs to is decided where the gateway is.
    """
    attachment = aws.ec2transitgateway.VpcAttachment(
        f"{name}-transit",
        transit_gateway_id=plan.gateway_id,
        vpc_id=vpc_id,
        subnet_ids=list(subnet_ids),
        dns_support="enable",
        tags=tags.aws(Name=f"{name}-transit"),
        opts=opts,
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[attachment]))
    for index, table in enumerate(table_ids):
        for place, destination in enumerate(plan.destinations):
            aws.ec2.Route(
                f"{name}-private-{index}-transit-{place}",
                route_table_id=table,
                destination_cidr_block=destination,
                transit_gateway_id=plan.gateway_id,
                opts=after,
            )
    return attachment.id
