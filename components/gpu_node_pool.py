"""GPU nodes for an EKS cluster: bounded, tainted, tagged, and stopped when nobody needs them."""

import base64
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components import workload
from components.arguments import Arguments
from components.gpu_pool_plan import (
    CapacityType,
    DisruptionBudget,
    GpuNeed,
    GpuPoolPlan,
    GpuProvisioner,
    GpuSharing,
    OfficeHours,
)
from components.gpu_sharing import install_efa_plugin, install_nvidia_plugin, mig_user_data
from components.karpenter_pool import node_class_spec, node_pool_spec
from components.node_template import autoscaling_group_name, launch_template, tag_autoscaling_group
from components.workload import GPU_LABEL, GPU_RESOURCE

POOL_LABEL = "apex.io/node-pool"
_KARPENTER_CAPACITY = {
    CapacityType.ON_DEMAND: ["on-demand"],
    CapacityType.SPOT: ["spot"],
    CapacityType.RESERVED: ["reserved"],
}


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
    security_group_ids: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    """Security groups of the nodes; needed for Karpenter and for EFA. Default: EKS gives them the cluster's own."""
    provisioner: NotRequired[GpuProvisioner]
    """Who starts and stops nodes. Default: EKS managed node groups."""
    instance_types: NotRequired[list[str]]
    """Instance types, best first; several make spot capacity likelier. Default: chosen by `need`, which is
    required then."""
    need: NotRequired[GpuNeed]
    """What the GPUs must be able to do; the types are chosen from that. Default: none, `instance_types` are required
    then."""
    offered_types: NotRequired[list[str]]
    """What the subnets' zones offer, as `aws.ec2.get_instance_type_offerings` tells: a type that is not among them is
    refused, and none such is chosen for a `need`. Default: it is not checked, EC2 refuses it later."""
    capacity_type: NotRequired[CapacityType]
    """How instances are bought. Default: on demand, which is not interrupted."""
    on_demand_base: NotRequired[int]
    """Nodes of a spot pool that are bought on demand before any spot one. Default: 0."""
    reservation_id: NotRequired[str]
    """The capacity reservation that a pool with capacity type RESERVED runs in; required there. Default: none."""
    capacity_block: NotRequired[bool]
    """Whether that reservation is a capacity block. Default: no, an on-demand capacity reservation."""
    min_size: NotRequired[int]
    """The least number of nodes, the on-demand base included. Default: 0, nothing runs until a pod asks."""
    max_size: NotRequired[int]
    """The greatest number of nodes: the bound of what the pool can cost. Default: with Karpenter what a cost limit
    allows; required everywhere else."""
    cost_limit_usd_per_hour: NotRequired[str]
    """What all nodes together may cost at the prices given. Managed groups whose size allows more are refused;
    Karpenter's GPU limit is derived from it. Default: the size alone bounds the cost."""
    prices_usd_per_hour: NotRequired[dict[str, str]]
    """The on-demand price of each instance type, as decimal numbers; required with a cost limit. Default: none."""
    volume_size_gib: NotRequired[int]
    """The root volume, which holds images and caches. Default: 200."""
    labels: NotRequired[dict[str, str]]
    """Node labels beside `gpu-enabled`, the pool's name and the cost tags. Default: none."""
    office_hours: NotRequired[OfficeHours]
    """When managed nodes may run. Default: always."""
    sharing: NotRequired[GpuSharing]
    """How pods share a GPU. Default: they do not, each has its own."""
    efa: NotRequired[bool]
    """Whether nodes get Elastic Fabric Adapters, in one placement group, for training over several. Default: no."""
    device_plugin: NotRequired[bool]
    """Whether the NVIDIA device plugin is installed for this pool. Default: it is, without it the GPUs are not seen;
    turn it off where the GPU operator does that."""
    consolidate_after: NotRequired[str]
    """How long Karpenter leaves an idle node, such as "5m". Default: 5m."""
    consolidate_underutilized: NotRequired[bool]
    """Whether Karpenter also moves pods to empty a node. Default: it does not, a moved model has to load again."""
    disruption_budgets: NotRequired[list[DisruptionBudget]]
    """How many nodes Karpenter may take away at once. Default: one."""


class GpuNodePool(pulumi.ComponentResource):
    """GPU nodes that only pods asking for a GPU are placed on.

    Nodes carry the taint `nvidia.com/gpu=true:NoSchedule` and the label `gpu-enabled: "true"`; instances, volumes,
    network interfaces, autoscaling groups and node classes carry the cost tags. The device plugin and Karpenter's
    objects need a Kubernetes provider::

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
            pulumi.ResourceOptions(providers=[cluster.kubernetes_provider]),
        )
    """

    instance_types: pulumi.Output[list[str]]
    """The instance types, as given or as chosen."""
    max_gpus: pulumi.Output[int]
    """GPUs that the pool can have at most."""
    node_group_names: pulumi.Output[list[str]]
    """The managed node groups; none with Karpenter."""
    node_labels: pulumi.Output[dict[str, str]]
    """Labels that select this pool's nodes and no others."""

    def __init__(self, name: str, args: GpuNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        read = Arguments(name, args)
        read.allow_only(GpuNodePoolArgs.__annotations__)
        plan = GpuPoolPlan(name, read, args)
        plan.check()
        super().__init__("apex:index:GpuNodePool", name, dict(args), opts)
        self._name = name
        self._plan = plan
        self._child = pulumi.ResourceOptions(parent=self)
        self._user_data = mig_user_data(plan.mig_profile, plan.mig_instances) if plan.mig_profile else None
        selects = {GPU_LABEL: "true", POOL_LABEL: name}
        self._labels = {**plan.labels, **selects}

        groups: list[aws.eks.NodeGroup] = []
        if plan.is_karpenter:
            self._make_karpenter_pools(args)
        else:
            groups = self._make_node_groups(args)
        if args.get("device_plugin", True):
            install_nvidia_plugin(
                name,
                selects,
                plan.cost_tags,
                self._child,
                time_slices=plan.time_slices,
                mig=plan.mig_profile is not None,
            )
        if plan.efa:
            install_efa_plugin(name, selects, plan.cost_tags, self._child)

        self.instance_types = pulumi.Output.from_input(plan.instance_types)
        self.max_gpus = pulumi.Output.from_input(plan.gpu_limit())
        self.node_group_names = pulumi.Output.all(*[group.node_group_name for group in groups]).apply(list)
        self.node_labels = pulumi.Output.from_input(selects)
        self.register_outputs({output: getattr(self, output) for output in type(self).__annotations__})

    def _make_node_groups(self, args: GpuNodePoolArgs) -> list[aws.eks.NodeGroup]:
        name, plan = self._name, self._plan
        template = launch_template(
            f"{name}-template",
            name,
            plan.cost_tags,
            volume_size_gib=plan.volume_size_gib,
            opts=self._child,
            **self._launch_options(args),
        )
        most, base = plan.max_size or 0, plan.on_demand_base
        groups = []
        if base:
            groups.append(self._make_node_group(args, f"{name}-base", template, "ON_DEMAND", base, base))
        capacity = plan.capacity_type.value
        if plan.capacity_type is CapacityType.RESERVED:
            capacity = "CAPACITY_BLOCK" if plan.capacity_block else "ON_DEMAND"
        least = max(0, plan.min_size - base)
        return [*groups, self._make_node_group(args, name, template, capacity, least, most - base)]

    def _make_node_group(
        self,
        args: GpuNodePoolArgs,
        name: str,
        template: aws.ec2.LaunchTemplate,
        capacity: str,
        least: int,
        most: int,
    ) -> aws.eks.NodeGroup:
        plan = self._plan
        # A capacity block wants its type in the template, and EKS takes it from one place only.
        types = {} if plan.capacity_block else {"instance_types": plan.instance_types}
        nodes = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=args["cluster_name"],
            node_role_arn=args["node_role_arn"],
            subnet_ids=args["subnet_ids"],
            ami_type="AL2023_x86_64_NVIDIA",
            capacity_type=capacity,
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={"min_size": least, "max_size": most, "desired_size": least},
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            labels=self._labels,
            taints=[{"key": GPU_RESOURCE, "value": "true", "effect": "NO_SCHEDULE"}],
            tags=plan.cost_tags.aws(Name=name),
            # The autoscaler moves the desired size between the bounds; that is not a change of ours to undo.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["scalingConfig.desiredSize"]),
            **types,
        )
        tag_autoscaling_group(name, nodes, plan.cost_tags, self._child)
        if plan.office_hours:
            schedule(name, autoscaling_group_name(nodes), plan.office_hours, least, most, self._child)
        return nodes

    def _launch_options(self, args: GpuNodePoolArgs) -> dict[str, Any]:
        """What the launch template has beside the usual: MIG, adapters, a reservation."""
        plan = self._plan
        options: dict[str, Any] = {}
        if self._user_data:
            options["user_data"] = base64.b64encode(self._user_data.encode()).decode()
        if plan.reservation_id:
            options["capacity_reservation_specification"] = {
                "capacity_reservation_target": {"capacity_reservation_id": plan.reservation_id}
            }
        if plan.capacity_block:
            options["instance_type"] = plan.instance_types[0]
            options["instance_market_options"] = {"market_type": "capacity-block"}
        groups = args.get("security_group_ids")
        if plan.efa:
            together = aws.ec2.PlacementGroup(
                f"{self._name}-placement",
                strategy="cluster",
                tags=plan.cost_tags.aws(Name=self._name),
                opts=self._child,
            )
            options["placement"] = {"group_name": together.name}
            options["network_interfaces"] = [
                {
                    "network_card_index": card,
                    "device_index": 0 if card == 0 else 1,
                    "interface_type": "efa",
                    "delete_on_termination": "true",
                    "associate_public_ip_address": "false",
                    "security_groups": groups,
                }
                for card in range(plan.instances[0].efa_interfaces)
            ]
        elif groups is not None:
            options["vpc_security_group_ids"] = groups
        return options

    def _make_karpenter_pools(self, args: GpuNodePoolArgs) -> None:
        name, plan = self._name, self._plan
        labels = workload.labels(name, "gpu-nodes", plan.cost_tags)
        role_arn: pulumi.Output[str] = pulumi.Output.from_input(args["node_role_arn"])
        node_class = kubernetes.apiextensions.CustomResource(
            f"{name}-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata={"name": name, "labels": labels},
            spec=node_class_spec(
                plan.cost_tags,
                name,
                role_name=role_arn.apply(lambda arn: arn.split("/")[-1]),
                subnet_ids=args["subnet_ids"],
                security_group_ids=args["security_group_ids"],
                volume_size_gib=plan.volume_size_gib,
                user_data=self._user_data,
                reservation_id=plan.reservation_id,
            ),
            opts=self._child,
        )
        base = plan.base_gpu_limit()
        pools = [(name, _KARPENTER_CAPACITY[plan.capacity_type], plan.gpu_limit() - base, 10)]
        if base:
            # The heavier pool is filled first, so the base is on demand and only what goes beyond it is spot.
            pools.insert(0, (f"{name}-base", ["on-demand"], base, 100))
        for pool, capacity_types, gpu_limit, weight in pools:
            kubernetes.apiextensions.CustomResource(
                f"{pool}-pool",
                api_version="karpenter.sh/v1",
                kind="NodePool",
                metadata={"name": pool, "labels": labels},
                spec=node_pool_spec(
                    name,
                    instance_types=plan.instance_types,
                    capacity_types=capacity_types,
                    labels=self._labels,
                    taints=[{"key": GPU_RESOURCE, "value": "true", "effect": "NoSchedule"}],
                    gpu_limit=gpu_limit,
                    weight=weight,
                    consolidate_after=args.get("consolidate_after", "5m"),
                    consolidate_underutilized=args.get("consolidate_underutilized", False),
                    budgets=plan.budgets,
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[node_class]),
            )


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
