import base64
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apex.errors import InputError
from apex.plan import UNKNOWN
from components.arguments import Arguments
from components.gpu_instances import INSTANCES, MIG_PROFILES, choose
from components.gpu_node_pool import GpuNodePool
from components.gpu_pool_plan import CapacityType, GpuPoolPlan, GpuProvisioner

HOURS = {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"}
RESERVATION = "cr-0123456789abcdef0"
TAGS = ("cost-center", "data-modality", "environment", "managed-by", "project", "team")


@pytest.fixture
def args(cost_tags):
    return {
        "tags": cost_tags,
        "cluster_name": "main",
        "node_role_arn": "arn:aws:iam::123456789012:role/nodes",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "instance_types": ["g5.xlarge", "g4dn.xlarge"],
        "max_size": 4,
    }


@pytest.fixture
def karpenter(args):
    del args["instance_types"], args["max_size"]
    return {**args, "provisioner": GpuProvisioner.KARPENTER, "security_group_ids": ["sg-1"]}


def test_a_managed_pool_is_tainted_labelled_bounded_and_starts_at_zero(provision, args, cost_tags):
    recording = provision(lambda: GpuNodePool("vision", args))
    nodes = recording.one("vision-nodes")
    assert nodes.inputs["taints"] == [{"key": "nvidia.com/gpu", "value": "true", "effect": "NO_SCHEDULE"}]
    assert {"gpu-enabled": "true", "apex.io/node-pool": "vision", **cost_tags}.items() <= nodes.inputs["labels"].items()
    assert nodes.inputs["scalingConfig"] == {"minSize": 0, "maxSize": 4, "desiredSize": 0}
    assert nodes.inputs["capacityType"] == "ON_DEMAND"
    assert nodes.inputs["amiType"] == "AL2023_x86_64_NVIDIA"
    assert nodes.inputs["instanceTypes"] == ["g5.xlarge", "g4dn.xlarge"]
    assert nodes.inputs["launchTemplate"] == {"id": "vision-template-id", "version": "1"}
    assert nodes.ignore_changes == ("scalingConfig.desiredSize",)
    assert recording.outputs["max_gpus"] == 4
    assert recording.outputs["node_labels"] == {"gpu-enabled": "true", "apex.io/node-pool": "vision"}


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    spot = {**args, "capacity_type": "SPOT", "on_demand_base": 1, "office_hours": HOURS}
    assert sorted(provision(lambda: GpuNodePool("vision", spot)).tree()) == sorted(
        [
            "apex-dev > apex:index:GpuNodePool vision",
            "vision > aws:ec2/launchTemplate:LaunchTemplate vision-template",
            "vision > aws:eks/nodeGroup:NodeGroup vision-base-nodes",
            "vision > aws:eks/nodeGroup:NodeGroup vision-nodes",
            "vision > kubernetes:core/v1:ConfigMap vision-plugin-config",
            "vision > kubernetes:helm.sh/v3:Release vision-plugin",
            *(f"vision > aws:autoscaling/schedule:Schedule vision-{each}" for each in ("start", "stop")),
            *(f"vision > aws:autoscaling/schedule:Schedule vision-base-{each}" for each in ("start", "stop")),
            *(f"vision > aws:autoscaling/tag:Tag vision-asg-{tag}" for tag in TAGS),
            *(f"vision > aws:autoscaling/tag:Tag vision-base-asg-{tag}" for tag in TAGS),
        ]
    )


def test_karpenter_children_are_named_for_good_too(provision, karpenter):
    pool = {**karpenter, "instance_types": ["p5.48xlarge"], "max_size": 3, "capacity_type": "SPOT", "on_demand_base": 1}
    assert sorted(provision(lambda: GpuNodePool("vision", {**pool, "efa": True})).tree()) == sorted(
        [
            "apex-dev > apex:index:GpuNodePool vision",
            "vision > kubernetes:core/v1:ConfigMap vision-plugin-config",
            "vision > kubernetes:helm.sh/v3:Release vision-efa",
            "vision > kubernetes:helm.sh/v3:Release vision-plugin",
            "vision > kubernetes:karpenter.k8s.aws/v1:EC2NodeClass vision-class",
            "vision > kubernetes:karpenter.sh/v1:NodePool vision-base-pool",
            "vision > kubernetes:karpenter.sh/v1:NodePool vision-pool",
        ]
    )


def test_the_cost_tags_reach_instances_volumes_interfaces_and_groups(provision, args, cost_tags):
    recording = provision(lambda: GpuNodePool("vision", {**args, "office_hours": HOURS}))
    assert recording.untagged(cost_tags) == []
    template = recording.one("vision-template").inputs
    specifications = {each["resourceType"]: each["tags"] for each in template["tagSpecifications"]}
    assert sorted(specifications) == ["instance", "network-interface", "volume"]
    assert all(cost_tags.items() <= tags.items() for tags in specifications.values())
    tags = {each.inputs["tag"]["key"]: each.inputs["tag"]["value"] for each in recording.of("aws:autoscaling/tag:Tag")}
    assert cost_tags.items() <= tags.items()
    assert {each.inputs["autoscalingGroupName"] for each in recording.of("aws:autoscaling/tag:Tag")} == {
        "eks-vision-nodes-asg"
    }
    assert template["metadataOptions"]["httpTokens"] == "required"
    assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert template["blockDeviceMappings"][0]["ebs"] == {
        "volumeType": "gp3",
        "volumeSize": 200,
        "encrypted": "true",
        "deleteOnTermination": "true",
    }


def test_outside_office_hours_nothing_can_scale_up(provision, args):
    recording = provision(lambda: GpuNodePool("vision", {**args, "min_size": 1, "office_hours": HOURS}))
    start, stop = recording.one("vision-start").inputs, recording.one("vision-stop").inputs
    assert (start["recurrence"], start["minSize"], start["maxSize"], start["desiredCapacity"]) == (
        "0 7 * * 1-5",
        1,
        4,
        1,
    )
    assert (stop["recurrence"], stop["minSize"], stop["maxSize"], stop["desiredCapacity"]) == ("0 19 * * 1-5", 0, 0, 0)
    assert start["timeZone"] == stop["timeZone"] == "Etc/UTC"


def test_a_spot_pool_keeps_an_on_demand_base(provision, args):
    spot = {**args, "capacity_type": CapacityType.SPOT, "on_demand_base": 1, "min_size": 2}
    recording = provision(lambda: GpuNodePool("vision", spot))
    base, rest = recording.one("vision-base-nodes").inputs, recording.one("vision-nodes").inputs
    assert (base["capacityType"], base["scalingConfig"]) == (
        "ON_DEMAND",
        {"minSize": 1, "maxSize": 1, "desiredSize": 1},
    )
    assert (rest["capacityType"], rest["scalingConfig"]) == ("SPOT", {"minSize": 1, "maxSize": 3, "desiredSize": 1})


def test_a_capacity_block_is_bought_by_the_template(provision, args):
    block = {
        **args,
        "instance_types": ["p5.48xlarge"],
        "capacity_type": "RESERVED",
        "reservation_id": RESERVATION,
        "capacity_block": True,
    }
    recording = provision(lambda: GpuNodePool("train", block))
    template, nodes = recording.one("train-template").inputs, recording.one("train-nodes").inputs
    assert template["instanceType"] == "p5.48xlarge"
    assert template["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert template["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": RESERVATION}
    }
    assert nodes["capacityType"] == "CAPACITY_BLOCK"
    assert "instanceTypes" not in nodes


def test_adapters_are_one_to_a_network_card_in_one_placement_group(provision, args, cost_tags):
    efa = {**args, "instance_types": ["p4d.24xlarge"], "efa": True, "security_group_ids": ["sg-1"]}
    recording = provision(lambda: GpuNodePool("train", efa))
    template = recording.one("train-template").inputs
    interfaces = template["networkInterfaces"]
    assert [(each["networkCardIndex"], each["deviceIndex"]) for each in interfaces] == [(0, 0), (1, 1), (2, 1), (3, 1)]
    assert {each["interfaceType"] for each in interfaces} == {"efa"}
    assert "vpcSecurityGroupIds" not in template
    assert recording.one("train-placement").inputs["strategy"] == "cluster"
    assert recording.untagged(cost_tags) == []
    assert recording.one("train-efa").inputs["chart"] == "aws-efa-k8s-device-plugin"


def test_time_slicing_is_told_to_the_plugin_of_this_pool_alone(provision, args):
    recording = provision(lambda: GpuNodePool("vision", {**args, "sharing": {"time_slices": 4.0}}))
    configuration = yaml.safe_load(recording.one("vision-plugin-config").inputs["data"]["config"])
    assert configuration == {
        "version": "v1",
        "flags": {"migStrategy": "none"},
        "sharing": {
            "timeSlicing": {
                "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
                "failRequestsGreaterThanOne": True,
            }
        },
    }
    values = recording.one("vision-plugin").inputs["values"]
    assert values["config"] == {"name": "vision-device-plugin", "default": "config"}
    assert values["nodeSelector"] == {"gpu-enabled": "true", "apex.io/node-pool": "vision"}


def test_mig_cuts_every_gpu_before_the_node_joins(provision, args):
    mig = {**args, "instance_types": ["p4d.24xlarge"], "sharing": {"mig_profile": "3g.20gb"}}
    recording = provision(lambda: GpuNodePool("vision", mig))
    user_data = base64.b64decode(recording.one("vision-template").inputs["userData"]).decode()
    assert user_data.startswith("MIME-Version: 1.0\nContent-Type: multipart/mixed;")
    assert "nvidia-smi mig -cgi 3g.20gb,3g.20gb -C" in user_data
    configuration = yaml.safe_load(recording.one("vision-plugin-config").inputs["data"]["config"])
    assert configuration == {"version": "v1", "flags": {"migStrategy": "single"}}


def test_the_plugin_can_be_left_to_others(provision, args):
    recording = provision(lambda: GpuNodePool("vision", {**args, "device_plugin": False}))
    assert not [each for each in recording.resources if each.type.startswith("kubernetes:")]


def test_a_node_class_tags_what_karpenter_launches(provision, karpenter, cost_tags):
    pool = {**karpenter, "instance_types": ["g5.xlarge"], "max_size": 3}
    spec = provision(lambda: GpuNodePool("vision", pool)).one("vision-class").inputs["spec"]
    assert cost_tags.items() <= spec["tags"].items()
    assert spec["role"] == "nodes"
    assert spec["amiFamily"] == "AL2023"
    assert spec["amiSelectorTerms"][0]["alias"].startswith("al2023@v")
    assert spec["subnetSelectorTerms"] == [{"id": "subnet-a"}, {"id": "subnet-b"}]
    assert spec["securityGroupSelectorTerms"] == [{"id": "sg-1"}]
    assert spec["metadataOptions"]["httpTokens"] == "required"
    assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert spec["blockDeviceMappings"][0]["ebs"] == {
        "volumeType": "gp3",
        "volumeSize": "200Gi",
        "encrypted": True,
        "deleteOnTermination": True,
    }
    assert spec["associatePublicIPAddress"] is False


def test_a_node_pool_is_limited_by_what_it_may_cost(provision, karpenter):
    pool = {
        **karpenter,
        "need": {"model": "A10G", "max_types": 2},
        "capacity_type": "SPOT",
        "on_demand_base": 1,
        "cost_limit_usd_per_hour": "10",
        "prices_usd_per_hour": {"g5.xlarge": "1.006", "g5.2xlarge": "1.212"},
    }
    recording = provision(lambda: GpuNodePool("vision", pool))
    base, rest = recording.one("vision-base-pool").inputs["spec"], recording.one("vision-pool").inputs["spec"]
    # 10 / 1.212 = 8.25: eight GPUs, one of which is the base.
    assert (base["limits"], rest["limits"]) == ({"nvidia.com/gpu": "1"}, {"nvidia.com/gpu": "7"})
    assert base["weight"] > rest["weight"]
    requirements = {each["key"]: each["values"] for each in rest["template"]["spec"]["requirements"]}
    assert requirements["karpenter.sh/capacity-type"] == ["spot"]
    assert requirements["node.kubernetes.io/instance-type"] == ["g5.xlarge", "g5.2xlarge"]
    assert rest["template"]["spec"]["taints"] == [{"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"}]
    assert rest["template"]["metadata"]["labels"]["gpu-enabled"] == "true"
    assert rest["disruption"] == {
        "consolidationPolicy": "WhenEmpty",
        "consolidateAfter": "5m",
        "budgets": [{"nodes": "1"}],
    }


def test_disruption_is_budgeted(provision, karpenter):
    pool = {
        **karpenter,
        "instance_types": ["g5.xlarge"],
        "max_size": 3,
        "consolidate_underutilized": True,
        "consolidate_after": "1h",
        "disruption_budgets": [{"nodes": "0", "schedule": "0 8 * * 1-5", "duration_hours": 9.0}, {"nodes": "10%"}],
    }
    spec = provision(lambda: GpuNodePool("vision", pool)).one("vision-pool").inputs["spec"]
    assert spec["disruption"] == {
        "consolidationPolicy": "WhenEmptyOrUnderutilized",
        "consolidateAfter": "1h",
        "budgets": [{"nodes": "0", "schedule": "0 8 * * 1-5", "duration": "9h"}, {"nodes": "10%"}],
    }


def test_references_may_be_unknown_at_preview(provision, karpenter, unknown):
    def build():
        refs = {"node_role_arn": unknown(), "subnet_ids": unknown(), "security_group_ids": unknown()}
        return GpuNodePool("vision", {**karpenter, **refs, "instance_types": ["g5.xlarge"], "max_size": 3})

    spec = provision(build, preview=True).one("vision-class").inputs["spec"]
    assert spec["role"] is UNKNOWN
    assert spec["subnetSelectorTerms"] is UNKNOWN
    assert spec["metadataOptions"]["httpTokens"] == "required"


def test_what_governs_cost_is_known_at_preview(provision, args, unknown):
    recording = provision(lambda: GpuNodePool("vision", {**args, "subnet_ids": unknown()}), preview=True)
    nodes = recording.one("vision-nodes").inputs
    assert nodes["subnetIds"] is UNKNOWN
    assert nodes["instanceTypes"] == ["g5.xlarge", "g4dn.xlarge"]
    assert nodes["scalingConfig"]["maxSize"] == 4


def test_types_are_chosen_by_need():
    assert [each.name for each in choose(None, 1, 40)][:2] == ["g6e.xlarge", "g6e.2xlarge"]
    assert [each.name for each in choose("L4", 3, 20)] == ["g6.12xlarge", "g6.24xlarge"]
    assert choose("T4", 8, 1) == []


def test_a_need_is_met_by_what_the_zones_offer(provision, args):
    del args["instance_types"]
    asked = {**args, "need": {"model": "A10G"}, "offered_types": ["g5.2xlarge", "m7g.large"]}
    assert provision(lambda: GpuNodePool("vision", asked)).outputs["instance_types"] == ["g5.2xlarge"]


def test_mig_profiles_exist_for_listed_gpus():
    assert MIG_PROFILES.keys() <= {(row.model, row.gpu_memory_gib) for row in INSTANCES.values()}


@given(
    st.lists(st.sampled_from(sorted(INSTANCES)), min_size=1, max_size=4, unique=True),
    st.decimals("0.5", "500", places=2),
    st.data(),
)
def test_no_mix_of_types_within_the_gpu_limit_costs_more_than_the_limit(names, limit, data):
    prices = {name: data.draw(st.decimals("0.1", "60", places=3)) for name in names}
    tags = dict.fromkeys(("project", "environment", "team", "cost-center"), "x") | {"data-modality": "text"}
    args = {
        "tags": tags,
        "provisioner": "KARPENTER",
        "security_group_ids": ["sg-1"],
        "instance_types": names,
        "cost_limit_usd_per_hour": str(limit),
        "prices_usd_per_hour": {name: str(price) for name, price in prices.items()},
    }
    plan = GpuPoolPlan("vision", Arguments("vision", args), args)
    try:
        plan.check()
    except InputError as error:
        assert "buys no" in str(error)
        assert limit < max(prices.values())
        return
    left, cost = plan.gpu_limit(), Decimal(0)
    while fitting := [name for name in names if INSTANCES[name].gpus <= left]:
        name = data.draw(st.sampled_from(fitting))
        left, cost = left - INSTANCES[name].gpus, cost + prices[name]
    assert cost <= limit


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_size": 1, "min_size": 2}, "max_size: 1 is below min_size 2; raise it or lower min_size"),
        (
            {"instance_types": ["m6i.large"]},
            'instance_types: "m6i.large" is not a GPU type known here; use such as g5.xlarge',
        ),
        (
            {"offered_types": ["g4dn.xlarge"]},
            'instance_types: "g5.xlarge" is offered in no zone of the subnets; use one of offered_types, or other '
            "zones",
        ),
        (
            {"instance_types": None, "need": {"model": "T4", "gpus_per_node": 4}, "offered_types": ["g5.xlarge"]},
            "need: no zone of the subnets offers g4dn.12xlarge; ask for less, or use other zones",
        ),
        ({"instance_types": []}, "instance_types: give either instance_types or need, and not both"),
        (
            {"need": {"model": "L4"}},
            "instance_types: give either instance_types or need, and not both",
        ),
        (
            {"instance_types": None, "need": {"model": "K80"}},
            'need.model: "K80" is not a GPU model offered; use one of A100, A10G, H100, H200, L4, L40S, T4',
        ),
        (
            {"instance_types": None, "need": {"model": "T4", "gpu_memory_gib": 80}},
            "need: no type has 1 x T4 with 80 GiB each; ask for less or leave model out",
        ),
        (
            {"max_size": None},
            "max_size: is missing; write the greatest number of nodes, the bound of what the pool costs",
        ),
        (
            {"on_demand_base": 1},
            "on_demand_base: 1 is for a pool of SPOT capacity; set capacity_type SPOT or leave it",
        ),
        (
            {"capacity_type": "SPOT", "on_demand_base": 4},
            "on_demand_base: 4 leaves nothing for spot below max_size 4; raise max_size or use ON_DEMAND",
        ),
        (
            {"capacity_type": "RESERVED"},
            "reservation_id: is missing with capacity_type RESERVED; name the reservation, such as cr-0123…",
        ),
        (
            {"reservation_id": RESERVATION},
            "reservation_id: goes with capacity_type RESERVED, not ON_DEMAND; set that",
        ),
        (
            {"capacity_type": "CHEAP"},
            'capacity_type: "CHEAP" is not known; use ON_DEMAND, SPOT, RESERVED',
        ),
        (
            {"sharing": {"mig_profile": "1g.5gb"}, "instance_types": ["g5.xlarge"]},
            'sharing.mig_profile: "1g.5gb" does not exist on A10G 24 GiB; use A100, H100 or H200, or time_slices',
        ),
        (
            {"sharing": {"mig_profile": "9g.1gb"}, "instance_types": ["p4d.24xlarge"]},
            'sharing.mig_profile: "9g.1gb" does not exist on A100 40 GiB; use one of 1g.5gb, 2g.10gb, 3g.20gb',
        ),
        (
            {"instance_types": ["g5.xlarge"], "efa": True, "security_group_ids": ["sg-1"]},
            "efa: g5.xlarge has no Elastic Fabric Adapter; leave it out or use a larger type",
        ),
        (
            {"consolidate_after": "5m"},
            "consolidate_after: is Karpenter's; set provisioner KARPENTER or leave it out",
        ),
        (
            {"provisioner": "KARPENTER", "security_group_ids": ["sg-1"], "office_hours": HOURS},
            "office_hours: Karpenter follows its pods; give office_hours to the services that run here",
        ),
        (
            {"provisioner": "KARPENTER"},
            "security_group_ids: is missing with KARPENTER; give the cluster's security group",
        ),
        (
            {"office_hours": {"start": "7 * * 1-5", "stop": "0 19 * * 1-5"}},
            'office_hours.start: "7 * * 1-5" has 4 fields; write five, such as "0 19 * * 1-5"',
        ),
        (
            {"cost_limit_usd_per_hour": "10"},
            "prices_usd_per_hour: has no price for g5.xlarge, g4dn.xlarge; a cost limit needs one for every type",
        ),
        (
            {
                "cost_limit_usd_per_hour": "3",
                "prices_usd_per_hour": {"g5.xlarge": "1.006", "g4dn.xlarge": "0.526"},
            },
            "max_size: 4 x g5.xlarge cost 4.024 USD an hour, above cost_limit_usd_per_hour 3; use at most 2",
        ),
        (
            {
                "cost_limit_usd_per_hour": "1",
                "prices_usd_per_hour": {"g5.xlarge": "1.006", "g4dn.xlarge": "0.526"},
            },
            "cost_limit_usd_per_hour: 1 buys no g5.xlarge at 1.006 an hour; raise it or leave that type out",
        ),
        (
            {"cost_limit_usd_per_hour": "ten"},
            'cost_limit_usd_per_hour: "ten" is not an amount of USD above zero; write such as "12.50"',
        ),
    ],
)
def test_refusals(args, changes, message):
    with pytest.raises(InputError) as error:
        GpuNodePool("vision", {**args, **changes})
    assert str(error.value) == f"vision.{message}"
