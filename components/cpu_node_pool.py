"""Nodes without GPUs for the teams' own workloads."""

from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.arguments import Arguments
from components.node_template import is_arm, launch_template, tag_autoscaling_group


class CpuCapacity(StrEnum):
    """How the instances are bought."""

    ON_DEMAND = "ON_DEMAND"
    """By the second, never taken back."""
    SPOT = "SPOT"
    """At a changing, lower price; taken back with two minutes' notice."""


class CpuNodePoolArgs(TypedDict):
    """What a pool of CPU nodes is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    node_role_arn: pulumi.Input[str]
    """The role of its nodes."""
    subnet_ids: list[pulumi.Input[str]]
    """Private subnets, each of another zone."""
    instance_types: list[str]
    """The instance types, all of one architecture and alike in size; with spot, name several."""
    capacity: NotRequired[CpuCapacity]
    """How the instances are bought. Default: on demand."""
    min_size: int
    """The least number of nodes."""
    max_size: int
    """The greatest number of nodes: the bound of what the pool can cost."""
    volume_size_gib: NotRequired[int]
    """The size of each node's volume. Default: 50."""


class CpuNodePool(pulumi.ComponentResource):
    """A managed node group without taints: where everything runs that asks for no GPU and is not the cluster's own.

    Its instances, volumes, network interfaces and autoscaling group carry the cost tags::

        CpuNodePool("general", {"tags": tags, "cluster_name": cluster.cluster_name,
            "node_role_arn": cluster.node_role_arn, "subnet_ids": network.private_subnet_ids,
            "instance_types": ["m6i.xlarge"], "min_size": 2, "max_size": 6})
    """

    node_group_name: pulumi.Output[str]
    """The managed node group."""

    def __init__(self, name: str, args: CpuNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        read = Arguments(name, args)
        read.allow_only(CpuNodePoolArgs.__annotations__)
        tags = read.cost_tags()
        types = read.names("instance_types", "instance type")
        capacity = read.member("capacity", CpuCapacity, CpuCapacity.ON_DEMAND)
        least = read.whole("min_size", 1)
        most = read.whole("max_size", 1, least=1)
        volume = read.whole("volume_size_gib", 50, least=20, most=16_384)
        if least > most:
            read.refuse("min_size", f"{least} is above max_size {most}; make it at most that")
        if len({is_arm(each) for each in types}) > 1:
            read.refuse("instance_types", f"{types} are of two architectures; give each its own pool")
        read.refuse_if_wrong()
        super().__init__("apex:index:CpuNodePool", name, dict(args), opts)
        child = pulumi.ResourceOptions(parent=self)
        template = launch_template(f"{name}-template", name, tags, volume_size_gib=volume, opts=child)
        nodes = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=args["cluster_name"],
            node_role_arn=args["node_role_arn"],
            subnet_ids=args["subnet_ids"],
            instance_types=types,
            ami_type="AL2023_ARM_64_STANDARD" if is_arm(types[0]) else "AL2023_x86_64_STANDARD",
            capacity_type=capacity.value,
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={"min_size": least, "max_size": most, "desired_size": max(1, least)},
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            labels={**tags.kubernetes(), "apex.io/node-pool": name},
            tags=tags.aws(Name=name),
            # The autoscaler moves the desired size; taking that back would evict pods.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["scalingConfig.desiredSize"]),
        )
        tag_autoscaling_group(name, nodes, tags, child)
        self.node_group_name = nodes.node_group_name
        self.register_outputs({"nodeGroupName": self.node_group_name})
