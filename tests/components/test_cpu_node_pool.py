"""CpuNodePool: nodes for what asks for no GPU, tagged down to their volumes."""

import pytest

from components.cpu_node_pool import CpuCapacity, CpuNodePool


@pytest.fixture
def args(cost_tags):
    return {
        "tags": cost_tags,
        "cluster_name": "main",
        "node_role_arn": "arn:aws:iam::123456789012:role/node",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "instance_types": ["m6i.xlarge"],
        "min_size": 1,
        "max_size": 3,
    }


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    made = provision(lambda: CpuNodePool("general", args))
    tags = made.count().pop("aws:autoscaling/tag:Tag")
    assert tags == len(args["tags"]) + 1  # managed-by is added
    assert [line for line in made.tree() if "autoscaling/tag" not in line] == [
        "apex-dev > apex:index:CpuNodePool general",
        "general > aws:ec2/launchTemplate:LaunchTemplate general-template",
        "general > aws:eks/nodeGroup:NodeGroup general-nodes",
    ]
    assert made.untagged(args["tags"]) == []


def test_nodes_are_what_was_asked_for(provision, args):
    nodes = provision(lambda: CpuNodePool("general", {**args, "min_size": 0})).one("aws:eks/nodeGroup:NodeGroup")
    assert nodes.inputs["scalingConfig"] == {"minSize": 0, "maxSize": 3, "desiredSize": 1}
    assert nodes.inputs["instanceTypes"] == ["m6i.xlarge"]
    assert nodes.inputs["amiType"] == "AL2023_x86_64_STANDARD"
    assert nodes.inputs["capacityType"] == "ON_DEMAND"
    assert nodes.inputs["labels"]["apex.io/node-pool"] == "general"
    assert nodes.inputs["labels"]["cost-center"] == "cc-100"
    assert "taints" not in nodes.inputs
    assert nodes.ignore_changes == ("scalingConfig.desiredSize",)


def test_spot_nodes_on_arm(provision, args):
    wanted = {**args, "instance_types": ["m7g.large", "m6g.large"], "capacity": CpuCapacity.SPOT}
    nodes = provision(lambda: CpuNodePool("general", wanted)).one("aws:eks/nodeGroup:NodeGroup").inputs
    assert (nodes["amiType"], nodes["capacityType"]) == ("AL2023_ARM_64_STANDARD", "SPOT")


def test_what_an_instance_makes_is_tagged_and_its_disk_encrypted(provision, args):
    wanted = {**args, "volume_size_gib": 100.0}
    template = provision(lambda: CpuNodePool("general", wanted)).one("aws:ec2/launchTemplate:LaunchTemplate").inputs
    kinds = {each["resourceType"] for each in template["tagSpecifications"]}
    assert kinds == {"instance", "network-interface", "volume"}
    assert all(args["tags"].items() <= each["tags"].items() for each in template["tagSpecifications"])
    (disk,) = template["blockDeviceMappings"]
    assert disk["ebs"]["volumeSize"] == 100
    assert disk["ebs"]["encrypted"] in (True, "true")
    assert template["metadataOptions"]["httpTokens"] == "required"


def test_its_cluster_may_be_unknown_at_preview(provision, args, unknown):
    made = provision(lambda: CpuNodePool("general", {**args, "cluster_name": unknown()}), preview=True)
    assert made.one("aws:eks/nodeGroup:NodeGroup").inputs["scalingConfig"]["maxSize"] == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"min_size": 5}, "general.min_size: 5 is above max_size 3; make it at most that"),
        ({"max_size": 0}, "general.max_size: 0 is out of range; use at least 1"),
        ({"instance_types": []}, "general.instance_types: is empty; name at least one instance type"),
        (
            {"instance_types": ["m6i.large", "m7g.large"]},
            "general.instance_types: ['m6i.large', 'm7g.large'] are of two architectures; give each its own pool",
        ),
        ({"volume_size_gib": 5}, "general.volume_size_gib: 5 is out of range; use from 20 to 16384"),
        ({"capacity": "FREE"}, 'general.capacity: "FREE" is not known; use ON_DEMAND, SPOT'),
    ],
)
def test_wrong_arguments_are_refused_at_once(refused, args, change, message):
    assert refused(lambda: CpuNodePool("general", {**args, **change})) == [message]
