"""GPU nodes for an EKS cluster: bounded, tainted, tagged, and stopped when nobody needs them."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.arguments import Arguments
from components.cron import problem_with_cron
from components.node_template import autoscaling_group_name, is_arm, launch_template, tag_autoscaling_group

GPU_TAINT_KEY = "nvidia.com/gpu"
GPU_LABEL = "gpu-enabled"
POOL_LABEL = "apex.io/node-pool"


class CapacityType(Enum):
    """How instances are bought."""

    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"


class OfficeHours(TypedDict):
    """When a pool may run: cron expressions of five fields, in UTC."""

    start: str
    """When the pool's bounds apply, such as "0 7 * * 1-5"."""
    stop: str
    """When it goes to zero nodes and stays there, such as "0 19 * * 1-5"."""


class GpuNodePoolArgs(TypedDict):
    """What a pool of GPU nodes is made from."""

    tags: dict[str, str]
    """The cost tags, in the form of `CostTags.aws()`."""
    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    node_role_arn: pulumi.Input[str]
    """The nodes' IAM role."""
    subnet_ids: pulumi.Input[list[pulumi.Input[str]]]
    """Private subnets for the nodes."""
    instance_types: list[str]
    """Instance types, best first; several make spot capacity likelier."""
    capacity_type: NotRequired[CapacityType]
    """How instances are bought. Default: on demand, which is not interrupted."""
    min_size: NotRequired[int]
    """The least number of nodes. Default: 0, nothing runs until a pod asks."""
    max_size: int
    """The greatest number of nodes: the bound of what the pool can cost."""
    volume_size_gib: NotRequired[int]
    """The root volume, which holds images and caches. Default: 200."""
    labels: NotRequired[dict[str, str]]
    """Node labels beside `gpu-enabled` and the cost tags. Default: none."""
    office_hours: NotRequired[OfficeHours]
    """When the pool may run. Default: always."""


class GpuNodePool(pulumi.ComponentResource):
    """A node group of GPU instances that only pods asking for a GPU are placed on.

    Nodes carry the taint `nvidia.com/gpu=true:NoSchedule` and the label `gpu-enabled: "true"`; instances, volumes,
    network interfaces and the autoscaling group carry the cost tags::

        GpuNodePool(
            "vision",
            {
                "tags": tags,
                "cluster_name": cluster.cluster_name,
                "node_role_arn": cluster.node_role_arn,
                "subnet_ids": network.private_subnet_ids,
                "instance_types": ["g5.xlarge", "g4dn.xlarge"],
                "capacity_type": CapacityType.SPOT,
                "max_size": 4,
                "office_hours": {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"},
            },
        )
    """

    node_group_name: pulumi.Output[str]
    """The node group's name."""
    autoscaling_group_name: pulumi.Output[str]
    """The autoscaling group that EKS made for it."""

    def __init__(self, name: str, args: GpuNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = _check(name, args)
        super().__init__("apex:index:GpuNodePool", name, dict(args), opts)
        child = pulumi.ResourceOptions(parent=self)
        template = launch_template(
            f"{name}-template", name, plan.cost_tags, volume_size_gib=plan.volume_size_gib, opts=child
        )
        nodes = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=args["cluster_name"],
            node_role_arn=args["node_role_arn"],
            subnet_ids=args["subnet_ids"],
            instance_types=plan.instance_types,
            ami_type="AL2023_x86_64_NVIDIA",
            capacity_type=plan.capacity_type.value,
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={"min_size": plan.min_size, "max_size": plan.max_size, "desired_size": plan.min_size},
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            labels={**plan.labels, GPU_LABEL: "true", POOL_LABEL: name},
            taints=[{"key": GPU_TAINT_KEY, "value": "true", "effect": "NO_SCHEDULE"}],
            tags=plan.cost_tags.aws(Name=name),
            # The autoscaler moves the desired size between the bounds; that is not a change of ours to undo.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["scalingConfig.desiredSize"]),
        )
        group = autoscaling_group_name(nodes)
        tag_autoscaling_group(name, nodes, plan.cost_tags, child)
        if plan.office_hours:
            schedule(name, group, plan.office_hours, plan.min_size, plan.max_size, child)
        self.node_group_name = nodes.node_group_name
        self.autoscaling_group_name = group
        self.register_outputs({output: getattr(self, output) for output in type(self).__annotations__})


def schedule(
    name: str,
    group: pulumi.Output[str],
    hours: OfficeHours,
    min_size: int,
    max_size: int,
    opts: pulumi.ResourceOptions,
) -> None:
    """Hold an autoscaling group at zero outside `hours`, with a maximum of 0 so that nothing scales it up meanwhile."""
    for action, recurrence, least, most in (
        ("start", hours["start"], min_size, max_size),
        ("stop", hours["stop"], 0, 0),
    ):
        aws.autoscaling.Schedule(
            f"{name}-{action}",
            scheduled_action_name=f"{name}-{action}",
            autoscaling_group_name=group,
            recurrence=recurrence,
            time_zone="Etc/UTC",
            min_size=least,
            max_size=most,
            desired_capacity=least,
            opts=opts,
        )


class _Plan:
    """What remains of the Args once they are checked."""

    def __init__(self, read: Arguments, args: Mapping[str, Any]) -> None:
        self.cost_tags = read.cost_tags()
        self.instance_types = read.names("instance_types", "instance type")
        self.capacity_type = read.member("capacity_type", CapacityType, CapacityType.ON_DEMAND)
        self.min_size = read.whole("min_size", 0)
        self.max_size = read.whole("max_size", 1, least=1)
        self.volume_size_gib = read.whole("volume_size_gib", 200, least=50, most=16_384)
        self.labels = {**self.cost_tags.kubernetes(), **args.get("labels", {})}
        self.office_hours: OfficeHours | None = args.get("office_hours")


def _check(name: str, args: GpuNodePoolArgs) -> _Plan:
    read = Arguments(name, args)
    read.allow_only(GpuNodePoolArgs.__annotations__)
    plan = _Plan(read, args)
    if plan.min_size > plan.max_size:
        read.refuse("max_size", f"{plan.max_size} is below min_size {plan.min_size}; raise it or lower min_size")
    for kind in plan.instance_types:
        if is_arm(kind):
            read.refuse("instance_types", f'"{kind}" is Graviton, the node image is x86; use such as g5.xlarge')
    hours: Mapping[str, Any] = plan.office_hours or {}
    for moment in ("start", "stop") if hours else ():
        problem = problem_with_cron(str(hours.get(moment, "")))
        if problem:
            read.refuse(f"office_hours.{moment}", problem)
    read.refuse_if_wrong()
    return plan
