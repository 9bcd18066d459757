"""Network: what it registers for each way of reaching the internet, and what it refuses."""

# ruff: noqa: E501 - a message is easier to check whole

import importlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apex.plan import UNKNOWN
from components.network import NatPlacement, Network
from components.network_endpoints import ENDPOINTS

DEV = {"cidr": "10.20.0.0/16"}


def make(tags, **args):
    return lambda: Network("net", {"tags": tags, **DEV, **args})


def test_names_and_parents_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(make(cost_tags, zone_count=2))
    assert {r.parent_name for r in made.resources if r.custom} == {"net"}
    assert [f"{r.type.split(':')[-1]} {r.name}" for r in made.resources if r.custom] == [
        "LogGroup net-flow-logs",
        "DefaultSecurityGroup net-default",
        "Eip net-nat-0",
        "FlowLog net-flow-logs",
        "InternetGateway net-internet",
        "NatGateway net-nat-0",
        "Route net-private-0-nat",
        "Route net-private-1-nat",
        "Route net-public-internet",
        "RouteTable net-private-0",
        "RouteTable net-private-1",
        "RouteTable net-public",
        "RouteTableAssociation net-private-0",
        "RouteTableAssociation net-private-1",
        "RouteTableAssociation net-public-0",
        "RouteTableAssociation net-public-1",
        "SecurityGroup net-endpoints",
        "Subnet net-private-0",
        "Subnet net-private-1",
        "Subnet net-public-0",
        "Subnet net-public-1",
        "Vpc net-vpc",
        "VpcEndpoint net-endpoint-ecr-api",
        "VpcEndpoint net-endpoint-ecr-dkr",
        "VpcEndpoint net-endpoint-logs",
        "VpcEndpoint net-endpoint-s3",
        "VpcEndpoint net-endpoint-sts",
        "Role net-flow-logs",
        "RolePolicy net-flow-logs",
        "Alias net-logs-alias",
        "Key net-logs",
        "SecurityGroupIngressRule net-endpoints-https",
    ]


def test_central_egress_leads_through_the_transit_gateway_and_nowhere_else(provision, cost_tags):
    central = {"nat": "central", "transit_gateway_id": "tgw-1", "transit_gateway_cidrs": ["172.16.0.0/12"]}
    made = provision(make(cost_tags, zone_count=2, **central))
    attachment = made.one("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
    assert (attachment.name, attachment.parent_name) == ("net-transit", "net")
    assert attachment.inputs["subnetIds"] == ["net-private-0-id", "net-private-1-id"]
    assert attachment.inputs["transitGatewayId"] == "tgw-1"
    routes = {
        r.name: (r.inputs["destinationCidrBlock"], r.inputs.get("transitGatewayId"))
        for r in made.of("aws:ec2/route:Route")
    }
    assert routes == {
        "net-private-0-transit-0": ("0.0.0.0/0", "tgw-1"),
        "net-private-0-transit-1": ("172.16.0.0/12", "tgw-1"),
        "net-private-1-transit-0": ("0.0.0.0/0", "tgw-1"),
        "net-private-1-transit-1": ("172.16.0.0/12", "tgw-1"),
    }
    assert {"aws:ec2/internetGateway:InternetGateway", "aws:ec2/natGateway:NatGateway"}.isdisjoint(made.count())
    assert made.count()["aws:ec2/subnet:Subnet"] == 2
    assert made.outputs["public_subnet_ids"] == []
    assert made.outputs["transit_attachment_id"] == "net-transit-id"
    assert made.untagged(cost_tags) == []


def test_other_networks_are_reached_beside_a_nat_gateway(provision, cost_tags, unknown):
    made = provision(
        lambda: make(cost_tags, transit_gateway_id=unknown(), transit_gateway_cidrs=["172.16.0.0/12"])(), preview=True
    )
    assert made.one("net-private-0-transit-0").inputs["transitGatewayId"] == UNKNOWN
    assert made.one("net-private-0-nat").inputs["destinationCidrBlock"] == "0.0.0.0/0"


def test_components_get_the_endpoints_that_they_call(provision, cost_tags):
    def services(**args):
        made = provision(make(cost_tags, **args))
        return {r.name.removeprefix("net-endpoint-") for r in made.of("aws:ec2/vpcEndpoint:VpcEndpoint")}

    assert services(endpoints_for=["KafkaCluster", "VectorDatabase"]) - services() == {
        "eks-auth",
        "glue",
        "kms",
        "rds-data",
        "secretsmanager",
    }
    assert services(endpoints_for=["CostBudget"]) == services()


def test_every_component_says_which_services_it_calls():
    package = importlib.import_module("components.package")
    assert {component.__name__ for component in package.COMPONENTS} <= set(ENDPOINTS)


def test_subnets_are_cut_from_the_vpc_and_lie_in_zones_of_their_own(provision, cost_tags):
    made = provision(make(cost_tags, zone_count=3))
    subnets = {r.name: (r.inputs["cidrBlock"], r.inputs["availabilityZone"]) for r in made.of("aws:ec2/subnet:Subnet")}
    assert subnets == {
        "net-private-0": ("10.20.0.0/18", "us-east-1a"),
        "net-private-1": ("10.20.64.0/18", "us-east-1b"),
        "net-private-2": ("10.20.128.0/18", "us-east-1c"),
        "net-public-0": ("10.20.192.0/20", "us-east-1a"),
        "net-public-1": ("10.20.208.0/20", "us-east-1b"),
        "net-public-2": ("10.20.224.0/20", "us-east-1c"),
    }
    assert not any(r.inputs["mapPublicIpOnLaunch"] for r in made.of("aws:ec2/subnet:Subnet"))
    assert made.outputs["private_subnet_ids"] == ["net-private-0-id", "net-private-1-id", "net-private-2-id"]
    assert made.outputs["availability_zones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]


@pytest.mark.parametrize(
    ("nat", "gateways", "routes"),
    [
        (NatPlacement.NONE, [], {}),
        (
            NatPlacement.SINGLE,
            ["net-nat-0"],
            {"net-private-0-nat": "net-nat-0-id", "net-private-1-nat": "net-nat-0-id"},
        ),
        (
            NatPlacement.PER_ZONE,
            ["net-nat-0", "net-nat-1"],
            {"net-private-0-nat": "net-nat-0-id", "net-private-1-nat": "net-nat-1-id"},
        ),
    ],
)
def test_private_subnets_reach_the_internet_as_asked(provision, cost_tags, nat, gateways, routes):
    made = provision(make(cost_tags, nat=nat))
    assert [r.name for r in made.of("aws:ec2/natGateway:NatGateway")] == gateways
    found = {r.name: r.inputs["natGatewayId"] for r in made.of("aws:ec2/route:Route") if "natGatewayId" in r.inputs}
    assert found == routes


def test_without_nat_nodes_find_every_service_they_need_through_endpoints(provision, cost_tags):
    made = provision(make(cost_tags, nat="none"))
    services = {r.inputs["serviceName"].split(".", 3)[-1] for r in made.of("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert services == {
        "autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "kms", "logs",
        "monitoring", "s3", "secretsmanager", "sqs", "ssm", "sts",
    }  # fmt: skip


def test_nothing_is_open_by_default(provision, cost_tags):
    made = provision(make(cost_tags))
    default = made.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert (default.inputs["ingress"], default.inputs["egress"]) == ([], [])
    rule = made.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert (rule.inputs["cidrIpv4"], rule.inputs["fromPort"], rule.inputs["toPort"]) == ("10.20.0.0/16", 443, 443)


def test_flow_logs_are_kept_encrypted_and_for_the_days_asked(provision, cost_tags):
    made = provision(make(cost_tags, flow_log_retention_days=14.0))
    logs = made.one("aws:cloudwatch/logGroup:LogGroup").inputs
    assert logs["name"] == "/apex/dev/net/flow-logs"
    assert (logs["retentionInDays"], logs["kmsKeyId"]) == (14, "arn:aws:kms:us-east-1:123456789012:net-logs")
    key = made.one("aws:kms/key:Key").inputs
    assert key["enableKeyRotation"] is True
    use = json.loads(key["policy"])["Statement"][1]
    assert use["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert use["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"] == (
        "arn:aws:logs:us-east-1:123456789012:log-group:/apex/dev/net/flow-logs"
    )
    flow = made.one("aws:ec2/flowLog:FlowLog").inputs
    assert (flow["trafficType"], flow["vpcId"]) == ("ALL", "net-vpc-id")
    allowed = json.loads(made.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"][0]["Resource"]
    assert all(arn.startswith("arn:aws:logs:us-east-1:123456789012:log-group:/apex/dev/net/") for arn in allowed)


def test_the_cluster_finds_its_subnets_by_tags(provision, cost_tags):
    made = provision(make(cost_tags, cluster_name="dev"))
    private = made.one("net-vpc").inputs["tags"]
    assert "karpenter.sh/discovery" not in private
    tags = next(r for r in made.of("aws:ec2/subnet:Subnet") if r.name == "net-private-0").inputs["tags"]
    assert (tags["karpenter.sh/discovery"], tags["kubernetes.io/role/internal-elb"]) == ("dev", "1")


def test_what_is_computed_is_unknown_at_preview_and_what_governs_is_not(provision, cost_tags):
    made = provision(make(cost_tags), preview=True)
    assert made.outputs["vpc_id"] is UNKNOWN
    assert made.outputs["private_subnet_ids"] == [UNKNOWN, UNKNOWN]
    assert made.outputs["availability_zones"] == ["us-east-1a", "us-east-1b"]
    subnet = next(r for r in made.of("aws:ec2/subnet:Subnet") if r.name == "net-private-0").inputs
    assert (subnet["vpcId"], subnet["cidrBlock"]) == (UNKNOWN, "10.20.0.0/18")
    assert made.untagged(cost_tags) == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"zone_count": 4}, "net.zone_count: 4 is out of range; use from 2 to 3"),
        ({"cidr": "10.20.0.1/16"}, 'net.cidr: "10.20.0.1/16" is not an IPv4 prefix (10.20.0.1/16 has host bits set); write one such as 10.20.0.0/16'),
        ({"cidr": "10.20.0.0/26"}, "net.cidr: 10.20.0.0/26 is a /26; a VPC with a subnet in every zone takes a /16 to /24"),
        ({"nat": "twice"}, "net.nat: 'twice' is not one of them; use none, single, perZone, central"),
        ({"nat": "central"}, "net.transit_gateway_id: is missing with nat central; name the organisation's transit gateway"),
        ({"transit_gateway_id": "tgw-1"}, "net.transit_gateway_id: is of no use; name transit_gateway_cidrs, or write central for nat"),
        ({"transit_gateway_cidrs": ["10.0.0.0/8"]}, "net.transit_gateway_cidrs: lead nowhere without transit_gateway_id; name it or leave them out"),
        ({"transit_gateway_id": "tgw-1", "transit_gateway_cidrs": ["0.0.0.0/0"]}, "net.transit_gateway_cidrs: 0.0.0.0/0 is everywhere; write central for nat instead"),
        ({"transit_gateway_id": "tgw-1", "transit_gateway_cidrs": ["10.20.4.0/24"]}, "net.transit_gateway_cidrs: 10.20.4.0/24 is inside the VPC's 10.20.0.0/16; name what lies outside it"),
        ({"nat": "central", "transit_gateway_id": "tgw-1", "public_cidrs": ["10.20.0.0/20"]}, "net.public_cidrs: are of no use with nat central, which has no public subnets; leave them out"),
        ({"endpoints_for": ["Redis"]}, 'net.endpoints_for: "Redis" is not a component; use one of AdmissionPolicies, ClusterAddons, CostBudget, CpuNodePool, DataContract, DataPipeline, DataRoles, GpuNodePool, InferenceService, KafkaCluster, KubernetesCluster, ModelService, Network, StorageTiers, TeamNamespace, VectorDatabase, WorkloadManifest'),
        ({"gateway_endpoints": ["sqs"]}, 'net.gateway_endpoints: "sqs" has no gateway endpoint; use dynamodb or s3'),
        ({"flow_log_retention_days": 10}, "net.flow_log_retention_days: 10 is not a retention CloudWatch Logs has; use 14"),
        ({"private_addresses_per_zone": 20000}, "net.cidr: 10.20.0.0/18 leaves 16379 addresses in a zone where 20000 are needed; use a larger prefix"),
        ({"reserved_cidrs": ["10.0.0.0/8"]}, "net.cidr: 10.20.0.0/16 overlaps 10.0.0.0/8 of reserved_cidrs; choose a prefix that is free"),
        ({"private_cidrs": ["10.20.0.0/24"]}, "net.private_cidrs: holds 1 prefixes for 2 zones; write one for each zone"),
        ({"private_cidrs": ["10.20.0.0/24", "10.20.0.0/25"]}, "net.private_cidrs: 10.20.0.0/25 overlaps 10.20.0.0/24; choose prefixes that do not"),
        ({"public_cidrs": ["10.21.0.0/24", "10.20.255.0/24"]}, "net.public_cidrs: 10.21.0.0/24 is not inside the VPC's 10.20.0.0/16; choose a prefix that is"),
        ({"zone_count": 2, "availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"]}, "net.availability_zones: names 3 zones; name two or three, as many as zone_count says"),
        ({"nat_gateways": 2}, "net.nat_gateways: is not an argument; use one of"),
    ],
)  # fmt: skip
def test_refusals_name_the_argument_the_value_and_the_fix(refused, cost_tags, args, message):
    assert any(line.startswith(message) for line in refused(make(cost_tags, **args)))


def test_missing_tags_are_refused(refused, cost_tags):
    del cost_tags["team"]
    assert refused(make(cost_tags)) == ["tags.team: missing; add team to the cost tags"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zones=st.integers(2, 3),
    nat=st.sampled_from(NatPlacement),
    prefix=st.integers(16, 22),
    gateways=st.lists(st.sampled_from(["s3", "dynamodb"]), unique=True),
)
def test_every_accepted_network_is_tagged_and_private(provision, cost_tags, zones, nat, prefix, gateways):
    args = {"zone_count": zones, "nat": nat, "cidr": f"10.20.0.0/{prefix}", "gateway_endpoints": gateways}
    central = nat is NatPlacement.CENTRAL
    args |= {"transit_gateway_id": "tgw-1"} if central else {}
    made = provision(make(cost_tags, **args), preview=True)
    assert made.untagged(cost_tags) == []
    assert len(made.of("aws:ec2/subnet:Subnet")) == zones * (1 if central else 2)
    assert not [
        r.name
        for r in made.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if "0.0.0.0/0" in str(r.inputs)
    ]
