"""NAT gateways, VPC endpoints, transit gateways, VPN connections, hosted zones."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line, hourly
from apex.pricing.quantity import MONTH, ONE, Quantity
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import HiddenValueError, Props, Stack

VPC = "AmazonVPC"


def nat_gateway(resource: Resource, stack: Stack) -> Priced:
    """Hours, and every gigabyte through it (https://aws.amazon.com/vpc/pricing/). Its address is an Eip's line."""
    region = stack.region(resource)
    data = stack.quantity(resource, "nat", "data_gb")
    return Lines((Line("NAT gateway", VPC, "NAT gateway", region, MONTH), Line("data", VPC, "NAT data", region, data)))


def endpoint(resource: Resource, stack: Stack) -> Priced:
    """A gateway endpoint is free; an interface endpoint bills each zone's hours and its data."""
    props, region = Props.of(resource), stack.region(resource)
    kind = props.text("vpcEndpointType", "Gateway")
    if kind == "Gateway":
        return FREE
    zones = props.length("subnetIds")
    if zones is None:
        attached = stack.users(resource, "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation")
        if props.has("subnetIds"):
            raise HiddenValueError("subnetIds is unknown until deployed: the number of zones decides the price")
        zones = len(attached) or 1
    item = "gateway load balancer endpoint" if kind == "GatewayLoadBalancer" else "interface endpoint"
    data = stack.quantity(resource, "endpoint", "data_gb")
    lines = [hourly("endpoint, each zone", VPC, item, region, Quantity.of(zones))]
    if kind == "Interface":
        lines.append(Line("data processed", VPC, "interface endpoint data", region, data))
    return Lines(tuple(lines))


def search_endpoint(resource: Resource, stack: Stack) -> Priced:
    """An endpoint of OpenSearch in a VPC is an interface endpoint: each zone's hours, and its data."""
    props, region = Props.of(resource), stack.region(resource)
    zones = props.length("subnetIds") or props.block("vpcOptions").length("subnetIds")
    if not zones:
        raise HiddenValueError("subnetIds is unknown until deployed: the number of zones decides the price")
    data = stack.quantity(resource, "endpoint", "data_gb")
    return Lines(
        (
            hourly("endpoint, each zone", VPC, "interface endpoint", region, Quantity.of(zones)),
            Line("data processed", VPC, "interface endpoint data", region, data),
        )
    )


def transit_attachment(resource: Resource, stack: Stack) -> Priced:
    """An attachment to a transit gateway, by the hour, and its data."""
    region = stack.region(resource)
    data = stack.quantity(resource, "nat", "data_gb")
    return Lines(
        (
            hourly("attachment", VPC, "transit gateway attachment", region, ONE),
            Line("data processed", VPC, "transit gateway data", region, data),
        )
    )


def vpn(resource: Resource, stack: Stack) -> Priced:
    """A site-to-site VPN connection, by the hour."""
    return Lines((hourly("VPN connection", VPC, "VPN connection", stack.region(resource), ONE),))


def vpc(resource: Resource, stack: Stack) -> Priced:
    """A VPC is free; what moves between its zones, to other regions and to the internet is counted here, once."""
    region = stack.region(resource)

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "transfer", metric)

    return Lines(
        (
            # Both the sending and the receiving side pay (https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer).
            Line("transfer between zones, both directions", "AWSDataTransfer", "inter-zone", region,
                 use("inter_zone_gb").times(2)),
            # The first 100 GB a month to the internet are free for an account.
            Line("transfer to the internet", "AWSDataTransfer", "internet", region, use("internet_gb"),
                 free=Decimal(100)),
            Line("transfer to other regions", "AWSDataTransfer", "inter-region", region, use("inter_region_gb")),
        )
    )  # fmt: skip


def hosted_zone(resource: Resource, stack: Stack) -> Priced:
    """A Route 53 zone; its price is the same everywhere and kept under us-east-1."""
    queries = stack.quantity(resource, "route53", "queries_millions")
    return Lines(
        (
            Line("hosted zone", "AmazonRoute53", "hosted zone", "us-east-1", ONE),
            Line("queries", "AmazonRoute53", "queries", "us-east-1", queries),
        )
    )


ADAPTERS = {
    "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint": search_endpoint,
    "aws:opensearch/vpcEndpoint:VpcEndpoint": search_endpoint,
    "aws:ec2/natGateway:NatGateway": nat_gateway,
    "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": transit_attachment,
    "aws:ec2/vpnConnection:VpnConnection": vpn,
    "aws:ec2/vpc:Vpc": vpc,
    "aws:route53/zone:Zone": hosted_zone,
}
