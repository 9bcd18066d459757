"""The network that everything stands in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.central_egress import TransitPlan, attach, read_transit
from components.flow_logs import create_flow_logs
from components.keys import Account
from components.nested_arguments import NestedArguments, recorded
from components.network_endpoints import ENDPOINTS, endpoints_for
from components.prefix_plan import PrefixPlan, plan_prefixes

_ISOLATED_ENDPOINTS = (
    "autoscaling",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "kms",
    "logs",
    "monitoring",
    "secretsmanager",
    "sqs",
    "ssm",
    "sts",
)
_USUAL_ENDPOINTS = ("ecr.api", "ecr.dkr", "logs", "sts")


class NatPlacement(StrEnum):
    """How private subnets reach the internet."""

    NONE = "none"
    """Not at all: AWS services are reached through endpoints, everything else is out of reach."""
    SINGLE = "single"
    """Through one gateway: cheapest, and lost with its zone."""
    PER_ZONE = "perZone"
    """Through a gateway in each zone: no single point of failure, no cross-zone transfer."""
    CENTRAL = "central"
    """Through the organisation's transit gateway: the VPC has no internet gateway and no public subnets."""


class NetworkArgs(TypedDict):
    """What a `Network` takes."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    cidr: str
    """The VPC's IPv4 prefix, /16 to /24."""
    zone_count: NotRequired[int]
    """In how many availability zones there are subnets, 2 or 3. Default: as many as are named, else 2."""
    availability_zones: NotRequired[list[str]]
    """The zones by name. Default: the first `zone_count` of the region that need no opt-in."""
    private_cidrs: NotRequired[list[str]]
    """The private subnets' prefixes, one a zone. Default: a quarter of the VPC each."""
    public_cidrs: NotRequired[list[str]]
    """The public subnets' prefixes, one a zone. Default: a sixteenth of the VPC each, from its last quarter."""
    private_addresses_per_zone: NotRequired[int]
    """How many addresses nodes and pods need in a private subnet; fewer are refused. Default: 27 (a /27)."""
    reserved_cidrs: NotRequired[list[str]]
    """Prefixes of other networks (peers, on premises, Kubernetes services) that the VPC must not overlap.
    Default: none."""
    nat: NotRequired[NatPlacement]
    """How private subnets reach the internet. Default: one gateway."""
    interface_endpoints: NotRequired[list[str]]
    """AWS services reached through an interface endpoint, each billed per zone and hour. Default: image pulls, logs and
    credentials (ecr.api, ecr.dkr, logs, sts); without NAT, all that EKS nodes need."""
    endpoints_for: NotRequired[list[str]]
    """Components, such as KafkaCluster or VectorDatabase, whose services get interface endpoints besides.
    Default: none."""
    transit_gateway_id: NotRequired[pulumi.Input[str]]
    """The organisation's transit gateway, shared with this account. Required with nat central. Default: none."""
    transit_gateway_cidrs: NotRequired[list[str]]
    """What is reached through it besides, such as other VPCs and networks on premises. Default: none."""
    gateway_endpoints: NotRequired[list[str]]
    """AWS services reached through a gateway endpoint, free of charge: s3, dynamodb. Default: s3."""
    cluster_name: NotRequired[str]
    """The EKS cluster whose Karpenter may find the private subnets, by their `karpenter.sh/discovery` tag.
    Default: none."""
    flow_log_retention_days: NotRequired[int]
    """How long CloudWatch keeps the flow logs. Default: 30."""


@dataclass(frozen=True, slots=True)
class _Plan:
    tags: CostTags
    prefixes: PrefixPlan
    zones: tuple[str, ...]
    zone_count: int
    nat: NatPlacement
    interfaces: tuple[str, ...]
    gateways: tuple[str, ...]
    cluster: str
    retention_days: int
    transit: TransitPlan | None


class Network(pulumi.ComponentResource):
    """A VPC over two or three zones: private and public subnets, NAT, endpoints, flow logs.

    The default security group is emptied, so that nothing is reachable by having been forgotten. Flow logs of all
    traffic go to an encrypted log group.

        network = Network("net", {"tags": cost_tags.aws(), "cidr": "10.20.0.0/16", "zone_count": 3})
    """

    vpc_id: pulumi.Output[str]
    """The VPC."""
    vpc_cidr: pulumi.Output[str]
    """Its IPv4 prefix."""
    private_subnet_ids: list[pulumi.Output[str]]
    """The private subnets, in the order of the zones."""
    public_subnet_ids: list[pulumi.Output[str]]
    """The public subnets, in the order of the zones; none with central egress."""
    private_route_table_ids: list[pulumi.Output[str]]
    """The private subnets' route tables, in the order of the zones."""
    availability_zones: list[pulumi.Output[str]]
    """The zones, by name."""
    endpoint_security_group_id: pulumi.Output[str]
    """The security group of the interface endpoints."""
    transit_attachment_id: pulumi.Output[str]
    """The attachment to the transit gateway, empty where there is none."""
    s3_endpoint_id: pulumi.Output[str]
    """The S3 gateway endpoint, empty where there is none: bucket policies may ask for it."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _read(name, args)
        super().__init__("apex:index:Network", name, recorded(args), opts)
        self._name = name
        self._plan = plan
        self._opts = pulumi.ResourceOptions(parent=self)
        self._account = Account.of(self)
        self.availability_zones = self._zones()
        self._vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(plan.prefixes.vpc),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self._tags("vpc"),
            opts=self._opts,
        )
        self.vpc_id = self._vpc.id
        self.vpc_cidr = self._vpc.cidr_block
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default", vpc_id=self.vpc_id, ingress=[], egress=[], tags=self._tags("default"), opts=self._opts
        )
        public = [] if plan.nat is NatPlacement.CENTRAL else self._public_subnets()
        private = self._private_subnets(public)
        self.public_subnet_ids = [subnet.id for subnet in public]
        self.private_subnet_ids = [subnet.id for subnet in private]
        self.transit_attachment_id = pulumi.Output.from_input("")
        if plan.transit:
            tables = self.private_route_table_ids
            self.transit_attachment_id = attach(
                name, plan.transit, self.vpc_id, self.private_subnet_ids, tables, plan.tags, self._opts
            )
        self.endpoint_security_group_id = self._interface_endpoints()
        self.s3_endpoint_id = self._gateway_endpoints()
        create_flow_logs(name, self.vpc_id, plan.retention_days, plan.tags, self._account, self._opts)
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "vpcCidr": self.vpc_cidr,
                "privateSubnetIds": self.private_subnet_ids,
                "publicSubnetIds": self.public_subnet_ids,
                "privateRouteTableIds": self.private_route_table_ids,
                "availabilityZones": self.availability_zones,
                "endpointSecurityGroupId": self.endpoint_security_group_id,
                "s3EndpointId": self.s3_endpoint_id,
                "transitAttachmentId": self.transit_attachment_id,
            }
        )

    def _tags(self, suffix: str, **extra: str) -> dict[str, str]:
        return self._plan.tags.aws(Name=f"{self._name}-{suffix}", **extra)

    def _zones(self) -> list[pulumi.Output[str]]:
        if self._plan.zones:
            return [pulumi.Output.from_input(zone) for zone in self._plan.zones]
        found = aws.get_availability_zones_output(
            state="available",
            filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            opts=pulumi.InvokeOptions(parent=self),
        )
        return [found.names.apply(lambda names, i=index: sorted(names)[i]) for index in range(self._plan.zone_count)]

    def _public_subnets(self) -> list[aws.ec2.Subnet]:
        gateway = aws.ec2.InternetGateway(
            f"{self._name}-internet", vpc_id=self.vpc_id, tags=self._tags("internet"), opts=self._opts
        )
        table = aws.ec2.RouteTable(
            f"{self._name}-public", vpc_id=self.vpc_id, tags=self._tags("public"), opts=self._opts
        )
        aws.ec2.Route(
            f"{self._name}-public-internet",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self._opts,
        )
        subnets = []
        for index, prefix in enumerate(self._plan.prefixes.public):
            suffix = f"public-{index}"
            subnet = aws.ec2.Subnet(
                f"{self._name}-{suffix}",
                vpc_id=self.vpc_id,
                availability_zone=self.availability_zones[index],
                cidr_block=str(prefix),
                map_public_ip_on_launch=False,
                tags=self._tags(suffix, **{"kubernetes.io/role/elb": "1"}),
                opts=self._opts,
            )
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{suffix}", subnet_id=subnet.id, route_table_id=table.id, opts=self._opts
            )
            subnets.append(subnet)
        return subnets

    def _private_subnets(self, public: list[aws.ec2.Subnet]) -> list[aws.ec2.Subnet]:
        gateways = self._nat_gateways(public)
        discovery = {"karpenter.sh/discovery": self._plan.cluster} if self._plan.cluster else {}
        subnets, self.private_route_table_ids = [], []
        for index, prefix in enumerate(self._plan.prefixes.private):
            suffix = f"private-{index}"
            subnet = aws.ec2.Subnet(
                f"{self._name}-{suffix}",
                vpc_id=self.vpc_id,
                availability_zone=self.availability_zones[index],
                cidr_block=str(prefix),
                map_public_ip_on_launch=False,
                tags=self._tags(suffix, **{"kubernetes.io/role/internal-elb": "1", **discovery}),
                opts=self._opts,
            )
            table = aws.ec2.RouteTable(
                f"{self._name}-{suffix}", vpc_id=self.vpc_id, tags=self._tags(suffix), opts=self._opts
            )
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{suffix}", subnet_id=subnet.id, route_table_id=table.id, opts=self._opts
            )
            if gateways:
                aws.ec2.Route(
                    f"{self._name}-{suffix}-nat",
                    route_table_id=table.id,
                    destination_cidr_block="0.0.0.0/0",
                    nat_gateway_id=gateways[index % len(gateways)].id,
                    opts=self._opts,
                )
            subnets.append(subnet)
            self.private_route_table_ids.append(table.id)
        return subnets

    def _nat_gateways(self, public: list[aws.ec2.Subnet]) -> list[aws.ec2.NatGateway]:
        count = {NatPlacement.SINGLE: 1, NatPlacement.PER_ZONE: len(public)}.get(self._plan.nat, 0)
        gateways = []
        for index in range(count):
            suffix = f"nat-{index}"
            address = aws.ec2.Eip(f"{self._name}-{suffix}", domain="vpc", tags=self._tags(suffix), opts=self._opts)
            gateways.append(
                aws.ec2.NatGateway(
                    f"{self._name}-{suffix}",
                    allocation_id=address.id,
                    subnet_id=public[index].id,
                    tags=self._tags(suffix),
                    opts=self._opts,
                )
            )
        return gateways

    def _interface_endpoints(self) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-endpoints",
            description="HTTPS from the VPC to the interface endpoints",
            vpc_id=self.vpc_id,
            tags=self._tags("endpoints"),
            opts=self._opts,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-endpoints-https",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            cidr_ipv4=str(self._plan.prefixes.vpc),
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags=self._tags("endpoints-https"),
            opts=self._opts,
        )
        for service in self._plan.interfaces:
            suffix = f"endpoint-{service.replace('.', '-')}"
            aws.ec2.VpcEndpoint(
                f"{self._name}-{suffix}",
                vpc_id=self.vpc_id,
                service_name=pulumi.Output.concat("com.amazonaws.", self._account.region, ".", service),
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=self.private_subnet_ids,
                security_group_ids=[group.id],
                tags=self._tags(suffix),
                opts=self._opts,
            )
        return group.id

    def _gateway_endpoints(self) -> pulumi.Output[str]:
        made = {
            service: aws.ec2.VpcEndpoint(
                f"{self._name}-endpoint-{service}",
                vpc_id=self.vpc_id,
                service_name=pulumi.Output.concat("com.amazonaws.", self._account.region, ".", service),
                vpc_endpoint_type="Gateway",
                route_table_ids=self.private_route_table_ids,
                tags=self._tags(f"endpoint-{service}"),
                opts=self._opts,
            )
            for service in self._plan.gateways
        }
        return made["s3"].id if "s3" in made else pulumi.Output.from_input("")


def _read(name: str, args: NetworkArgs) -> _Plan:
    check = NestedArguments(name, args)
    check.allow_only(NetworkArgs.__annotations__)
    zones = check.texts("availability_zones")
    zone_count = check.whole("zone_count", len(zones) or 2, least=2, most=3)
    if zones and len(zones) != zone_count:
        check.refuse("availability_zones", f"names {len(zones)} zones; name two or three, as many as zone_count says")
    nat = check.choice("nat", NatPlacement, NatPlacement.SINGLE)
    if nat is NatPlacement.CENTRAL and check.has("public_cidrs"):
        check.refuse("public_cidrs", "are of no use with nat central, which has no public subnets; leave them out")
    usual = _ISOLATED_ENDPOINTS if nat is NatPlacement.NONE else _USUAL_ENDPOINTS
    gateways = check.texts("gateway_endpoints", ("s3",))
    for service in gateways:
        if service not in ("dynamodb", "s3"):
            check.refuse("gateway_endpoints", f'"{service}" has no gateway endpoint; use dynamodb or s3')
    interfaces = {*check.texts("interface_endpoints", usual), *_read_endpoints_for(check)}
    cluster = check.text("cluster_name", r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}|", "the name of an EKS cluster", "")
    retention_days = check.log_retention_days("flow_log_retention_days", 30)
    prefixes = plan_prefixes(check, zone_count, args.get("cidr", ""))
    transit = read_transit(check, prefixes.vpc if prefixes else None, central=nat is NatPlacement.CENTRAL)
    tags = check.cost_tags()
    check.refuse_if_wrong()
    assert prefixes is not None
    return _Plan(
        tags=tags,
        prefixes=prefixes,
        zones=zones,
        zone_count=zone_count,
        nat=nat,
        interfaces=tuple(sorted(interfaces)),
        gateways=tuple(sorted(gateways)),
        cluster=cluster,
        retention_days=retention_days,
        transit=transit,
    )


def _read_endpoints_for(check: NestedArguments) -> set[str]:
    components = check.texts("endpoints_for")
    for component in components:
        if component not in ENDPOINTS:
            check.refuse("endpoints_for", f'"{component}" is not a component; use one of {", ".join(ENDPOINTS)}')
    return endpoints_for(component for component in components if component in ENDPOINTS)
