"""EKS clusters and managed node groups."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.adapters.autoscaling import scheduled, sizes
from apex.pricing.adapters.ec2 import EKS_ROOT, launch_template, machines, template_volumes
from apex.pricing.lines import Line
from apex.pricing.quantity import HOURS_PER_MONTH, MONTH, Quantity
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.resources.ec2 import Machines, Pool, Volume
from apex.pricing.stack import Props, Stack, UnpriceableError
from apex.pricing.units import read_amount

STANDARD_SUPPORT_UNTIL = {
    "1.28": "2024-11-26", "1.29": "2025-03-23", "1.30": "2025-07-23", "1.31": "2025-11-26", "1.32": "2026-03-23",
    "1.33": "2026-07-29", "1.34": "2026-12-02", "1.35": "2027-03-27",
}  # fmt: skip
"""The last day of standard support of a version
(https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html)."""


def cluster(resource: Resource, stack: Stack) -> Priced:
    """A control plane; a version past standard support costs six times as much unless it upgrades by itself."""
    props, region = Props.of(resource), stack.region(resource)
    version = props.text("version", "")
    policy = props.block("upgradePolicy").text("supportType", "EXTENDED")
    last_day = STANDARD_SUPPORT_UNTIL.get(version)
    day = stack.catalogue.date.isoformat()
    old = bool(version) and (day > last_day if last_day else _older(version, "1.28"))
    extended = old and policy == "EXTENDED"
    item = "cluster (extended support)" if extended else "cluster (standard support)"
    why = f"version {version} is past standard support on {day}" if extended else ""
    if props.block("computeConfig").flag("enabled"):
        raise UnpriceableError("EKS Auto Mode: its nodes and management fee are not in the plan")
    return Lines((Line(item, "AmazonEKS", item, region, MONTH, assumption=why),))


def _older(version: str, than: str) -> bool:
    try:
        return tuple(map(int, version.split("."))) < tuple(map(int, than.split(".")))
    except ValueError:
        return False


def node_types(resource: Resource, stack: Stack) -> list[str]:
    """The instance types of a node group, from itself or its launch template; EKS's own default is t3.medium."""
    props = Props.of(resource)
    kinds = props.strings("instanceTypes")
    if kinds:
        return kinds
    template = launch_template(resource, stack, "launchTemplate")
    if template is not None and template.has("instanceType"):
        return [template.text("instanceType")]
    if props.has("launchTemplate") and template is None:
        raise UnpriceableError("instanceTypes is not set and the launch template is not in this stack")
    return ["t3.medium"]


def node_count(resource: Resource, stack: Stack) -> Quantity:
    """How many nodes a group has, with its schedules."""
    scaling = Props.of(resource).block("scalingConfig")
    minimum, maximum = scaling.number("minSize"), scaling.number("maxSize")
    desired = scaling.number("desiredSize") if scaling.has("desiredSize") else None
    share = stack.quantity(resource, "nodes", "range_share")
    return scheduled(resource, stack, sizes(minimum, desired, maximum, share, "nodes"))


def node_group(resource: Resource, stack: Stack) -> Priced:
    """Nodes by hours, on demand or spot, with their disks."""
    props, region = Props.of(resource), stack.region(resource)
    count = node_count(resource, stack)
    spot = Decimal(int(props.text("capacityType", "ON_DEMAND") == "SPOT"))
    kinds = node_types(resource, stack)
    parts: list[Machines | Volume] = [
        *machines(stack, region, kinds, count.times(HOURS_PER_MONTH), spot=spot, label="nodes")
    ]
    template = launch_template(resource, stack, "launchTemplate")
    if template is not None and template.has("blockDeviceMappings"):
        parts += template_volumes(template, region, count, stack, resource)
    else:
        # A managed node group gives gp3 of 20 GB (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html).
        parts.append(Volume(region, "gp3", props.number("diskSize", EKS_ROOT), count=count, label="node disk"))
    return Pool(tuple(parts))


def fargate_profile(resource: Resource, stack: Stack) -> Priced:
    """A profile selects pods and is free; the pods it runs are billed by their requests."""
    return FREE


def addon(resource: Resource, stack: Stack) -> Priced:
    """AWS's own add-ons are free; one from the marketplace has its vendor's price."""
    name = Props.of(resource).text("addonName")
    if "_" in name:  # marketplace add-ons are named vendor_product
        raise UnpriceableError(f"{name} is a marketplace add-on with its vendor's price")
    return FREE


_CHARTS_OF_PODS = frozenset(
    {
        "argo-cd", "argo-rollouts", "aws-efa-k8s-device-plugin", "aws-load-balancer-controller", "cluster-autoscaler",
        "dcgm-exporter", "external-secrets", "gpu-operator", "karpenter", "karpenter-crd", "keda", "kube-state-metrics",
        "kube-prometheus-stack", "kyverno", "metrics-server", "nvidia-device-plugin", "opencost",
    }
)  # fmt: skip
"""Charts that make nothing but pods and objects: no load balancer and no volume unless their values ask for it."""


def chart(resource: Resource, stack: Stack) -> Priced:
    """A Helm release. Of known charts the pods run on nodes that are billed, in the part that a pool shows as idle."""
    name = Props.of(resource).text("chart").rpartition("/")[2]
    if name not in _CHARTS_OF_PODS:
        raise UnpriceableError(f"chart {name}: what it makes is not in the plan")
    return FREE


def karpenter_pool(resource: Resource, stack: Stack) -> Priced:
    """A Karpenter NodePool: nothing when empty, its limits at peak, a share of them expected.

    The nodes are taken to be of the first type its requirements name, counted by the scarcest of its limits.
    """
    nodes = karpenter_nodes(resource, stack)
    kinds, count, spot = nodes
    region = stack.region(resource)
    hours = count.times(HOURS_PER_MONTH)
    parts: list[Machines | Volume] = [*machines(stack, region, kinds, hours, spot=spot, label="nodes")]
    parts.append(Volume(region, "gp3", EKS_ROOT, count=count, label="node disk"))
    return Pool(tuple(parts))


def karpenter_nodes(resource: Resource, stack: Stack) -> tuple[list[str], Quantity, Decimal]:
    """Instance types, node count and spot share of a NodePool."""
    spec = Props.of(resource).block("spec")
    requirements = {
        r.text("key"): r.strings("values")
        for r in spec.block("template").block("spec").blocks("requirements")
        if r.text("operator", "In") == "In"
    }
    kinds = requirements.get("node.kubernetes.io/instance-type", [])
    if not kinds:
        kinds = _kinds_of_family(requirements, stack, stack.region(resource))
    if not kinds:
        raise UnpriceableError("its requirements name no instance type or family: no price can be put on its nodes")
    machine = stack.catalogue.instance(kinds[0])
    limits = spec.block("limits")
    bounds = [
        int(read_amount(limits.get(key)) / has)
        for key, has in (
            ("nvidia.com/gpu", Decimal(machine.gpus)),
            ("cpu", machine.vcpus),
            ("memory", machine.memory_gib * 1024**3),
        )
        if limits.has(key) and has
    ]
    if not bounds:
        raise UnpriceableError("spec.limits is not set: the pool has no upper bound to price")
    most = Decimal(min(bounds))
    share = stack.quantity(resource, "karpenter", "limit_share")
    count = Quantity(most * share.low, most * share.expected, most * share.peak, share.assumption)
    capacity = requirements.get("karpenter.sh/capacity-type", ["on-demand"])
    # Karpenter takes the cheapest: spot wherever spot is allowed.
    return kinds, count, Decimal(int("spot" in capacity))


def _kinds_of_family(requirements: dict[str, list[str]], stack: Stack, region: str) -> list[str]:
    families = requirements.get("karpenter.k8s.aws/instance-family", [])
    wanted = set(requirements.get("karpenter.k8s.aws/instance-size", []))
    names = [
        name
        for name in stack.catalogue.instances
        if name.partition(".")[0] in families
        and (not wanted or name.partition(".")[2] in wanted)
        and "metal" not in name
        and stack.catalogue.has("AmazonEC2", name, region)
    ]
    return sorted(
        names, key=lambda n: (families.index(n.partition(".")[0]), stack.catalogue.price("AmazonEC2", n, region))
    )


ADAPTERS = {
    "aws:eks/cluster:Cluster": cluster,
    "aws:eks/nodeGroup:NodeGroup": node_group,
    "aws:eks/fargateProfile:FargateProfile": fargate_profile,
    "aws:eks/addon:Addon": addon,
    "kubernetes:helm.sh/v3:Release": chart,
    "kubernetes:karpenter.sh/v1:NodePool": karpenter_pool,
}
