"""Pools of nodes and the shares of them that workloads pay for.

A pod pays for the part of a node that its scarcest request takes (its GPUs where it asks for any), at the price of the
pool it can land on. What no workload takes stays with the pool: that is its idle part. The total does not change: what
a workload is given, its pool is relieved of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from apex.plan import Hidden, Resource
from apex.pricing.adapters.autoscaling import up_share
from apex.pricing.adapters.eks import karpenter_nodes, node_count, node_types
from apex.pricing.catalogue import MissingPriceError
from apex.pricing.free import ALIASES
from apex.pricing.lines import Component, sum_monthly
from apex.pricing.quantity import HOURS_PER_MONTH, Quantity, total
from apex.pricing.stack import HiddenValueError, Props, Stack, UnpriceableError
from apex.pricing.workloads import WORKLOADS, Workload, name_of, read_workload

if TYPE_CHECKING:
    from apex.pricing.estimate import PricedResource

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
EXPECTED_COST = "finops.apexlogic.com/expected-cost-per-hour"
TOLERANCE = Decimal("0.2")
"""How far a declared cost per hour may be from ours before it is a finding."""

_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
_IGNORED_LABELS = frozenset({"kubernetes.io/os", "topology.kubernetes.io/zone"})
SHARED = "billed to the workloads that run on it"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at."""

    urn: str
    message: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Nodes of one kind: how many there are, what each has, what they cost a month."""

    resource: Resource
    nodes: Quantity
    cost: Quantity
    vcpus: Decimal
    memory: Decimal
    gpus: int
    labels: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    taints: tuple[Mapping[str, str], ...] = ()

    def takes(self, workload: Workload) -> bool:
        """Whether pods of `workload` can land here."""
        if workload.needs.gpus and not self.gpus:
            return False
        if self.share(workload) > 1:
            return False
        for key, values in workload.selector.items():
            if key in _IGNORED_LABELS:
                continue
            have = self.labels.get(key, frozenset())
            if have is not None and not (have & values):
                return False
        return all(workload.tolerates(taint) for taint in self.taints)

    def share(self, workload: Workload) -> Decimal:
        """The part of a node that one pod takes: its scarcest request, its GPUs where it asks for any."""
        needs = workload.needs
        if needs.gpus and self.gpus:
            return needs.gpus / self.gpus
        return max(needs.cpu / self.vcpus, needs.memory / self.memory)

    @property
    def node_price(self) -> Decimal:
        """What one node costs an hour, at the expected size (at the largest where none is expected)."""
        count, cost = (
            (self.nodes.expected, self.cost.expected) if self.nodes.expected else (self.nodes.peak, self.cost.peak)
        )
        return cost / count / HOURS_PER_MONTH if count else Decimal(0)


def share_pools(stack: Stack, priced: "dict[str, PricedResource]") -> tuple[Finding, ...]:
    """Move the workloads' shares from their pools to them, in `priced`; say what looks wrong."""
    workloads = [r for r in sorted(stack.planned(), key=lambda r: r.urn) if r.type in WORKLOADS]
    if not workloads:
        return ()
    pools = _pools(stack, priced)
    landed: dict[str, list[Workload]] = {pool.resource.urn: [] for pool in pools}
    for resource in workloads:
        try:
            workload = read_workload(resource, stack)
            for pool in _homes(workload, pools, priced):
                landed[pool.resource.urn].append(workload)
        except UnpriceableError as reason:
            hidden = isinstance(reason, HiddenValueError)
            priced[resource.urn] = replace(priced[resource.urn], unpriced=str(reason), hidden=hidden)
    for pool in pools:
        grown = _grow(pool, landed[pool.resource.urn], up_share(pool.resource, stack), priced)
        _charge(grown, landed[pool.resource.urn], priced)
    return tuple(finding for r in workloads if (finding := _declared_cost(r, priced[r.urn])))


def _homes(workload: Workload, pools: list[Pool], priced: "dict[str, PricedResource]") -> list[Pool]:
    able = [pool for pool in pools if pool.takes(workload)]
    if workload.replicas is None:
        return able
    if not able:
        raise UnpriceableError("no node pool of this stack can take it: its labels, taints or size do not fit")
    # Machines with GPUs are left to those who ask for them; then the pool where a pod costs least.
    return [min(able, key=lambda p: (p.gpus > 0, p.share(workload) * p.node_price, p.resource.urn))]


def _grow(pool: Pool, workloads: list[Workload], up: Decimal, priced: "dict[str, PricedResource]") -> Pool:
    """`pool` with the nodes that its workloads need, where an autoscaler may add them and fewer were counted."""
    demand = total(w.replicas.times(pool.share(w)) for w in workloads if w.replicas is not None)
    need = demand.map(lambda nodes: min(nodes.to_integral_value(ROUND_CEILING), pool.nodes.peak))
    there = pool.nodes
    low, expected = max(there.low, need.low * up), max(there.expected, need.expected * up)
    why = "an autoscaler runs the nodes that the replicas of its workloads need"
    nodes = Quantity(low, expected, max(there.peak, need.peak), why)
    if nodes.cases == there.cases:
        return pool
    owner = priced[pool.resource.urn]
    lines = tuple(_scaled(line, there, nodes) for line in owner.components)
    priced[pool.resource.urn] = replace(owner, components=lines, monthly=sum_monthly(lines))
    return replace(pool, nodes=nodes, cost=sum_monthly(lines))


def _scaled(line: Component, there: Quantity, nodes: Quantity) -> Component:
    """`line` of a pool with more nodes: machines and disks go with their number."""
    known, counted = (line.quantity.expected, there.expected) if there.expected else (line.quantity.peak, there.peak)
    quantity = nodes.map(lambda number: known * number / counted)
    why = f"{line.assumption}; {nodes.assumption}" if line.assumption else nodes.assumption
    return replace(line, quantity=quantity, monthly=quantity.times(line.unit_price), assumption=why)


def _charge(pool: Pool, workloads: list[Workload], priced: "dict[str, PricedResource]") -> None:
    if not workloads:
        return
    asked = [(pool.nodes if w.replicas is None else w.replicas).times(pool.share(w)) for w in workloads]
    shares = _shares(pool.nodes, asked)
    for workload, nodes in zip(workloads, shares, strict=True):
        _give(workload, pool, nodes, priced)
    hours = total(shares).times(-HOURS_PER_MONTH)
    relief = Component(
        name=f"less the share of {len(workloads)} workloads; the rest is idle",
        unit="hour",
        quantity=hours,
        unit_price=pool.node_price,
        monthly=hours.times(pool.node_price),
        service="AmazonEC2",
        region=priced[pool.resource.urn].region,
        assumption=SHARED,
    )
    owner = priced[pool.resource.urn]
    priced[pool.resource.urn] = replace(
        owner, components=(*owner.components, relief), monthly=owner.monthly.plus(relief.monthly), shared=True
    )


def _shares(there: Quantity, asked: list[Quantity]) -> list[Quantity]:
    """The nodes that each workload pays for; together never more than there are.

    Expected is what each asks for, cut alike where more is asked than there is. Low and peak follow from it by what the
    pool itself shrinks and grows, which goes to those (the idle part is one) who ask for less or more then. So nobody's
    low is above their expected cost, nor that above their peak: what a pool of one size costs does not move at all.
    """
    low, expected, peak = (
        _parts(nodes, [workload.cases[case] for workload in asked]) for case, nodes in enumerate(there.cases)
    )
    less = _in_proportion(there.expected - there.low, [e - lo for lo, e in zip(low, expected, strict=True)])
    more = _in_proportion(there.peak - there.expected, [p - e for e, p in zip(expected, peak, strict=True)])
    return [
        Quantity(max(e - minus, Decimal(0)), e, e + plus)
        for e, minus, plus in zip(expected[:-1], less[:-1], more[:-1], strict=True)
    ]


def _parts(there: Decimal, asked: list[Decimal]) -> list[Decimal]:
    """The nodes of each workload in one case, and last those that are idle."""
    together = sum(asked, Decimal(0))
    used = asked if together <= there else [mine * there / together for mine in asked]
    return [*used, max(there - together, Decimal(0))]


def _in_proportion(whole: Decimal, wanted: list[Decimal]) -> list[Decimal]:
    """`whole` among those who want any of it."""
    positive = [max(each, Decimal(0)) for each in wanted]
    together = sum(positive, Decimal(0))
    if together == whole:
        return positive
    return [whole * each / together if together else Decimal(0) for each in positive]


def _give(workload: Workload, pool: Pool, nodes: Quantity, priced: "dict[str, PricedResource]") -> None:
    urn = workload.resource.urn
    hours = nodes.times(HOURS_PER_MONTH)
    line = Component(
        name=f"share of pool {pool.resource.name} by its {'GPUs' if workload.needs.gpus else 'requests'}",
        unit="node-hour",
        quantity=hours,
        unit_price=pool.node_price,
        monthly=hours.times(pool.node_price),
        service="AmazonEC2",
        region=priced[pool.resource.urn].region,
        assumption="one pod on every node" if workload.replicas is None else workload.replicas.assumption,
    )
    mine = priced[urn]
    priced[urn] = replace(mine, components=(*mine.components, line), monthly=mine.monthly.plus(line.monthly))


def _pools(stack: Stack, priced: "dict[str, PricedResource]") -> list[Pool]:
    found = []
    for resource in sorted(stack.planned(), key=lambda r: r.urn):
        kind = ALIASES.get(resource.type, resource.type)
        if kind not in (NODE_GROUP, NODE_POOL) or priced[resource.urn].unpriced:
            continue
        try:
            found.append(_pool(resource, kind, stack, priced[resource.urn].monthly))
        except (UnpriceableError, MissingPriceError) as reason:
            priced[resource.urn] = replace(priced[resource.urn], unpriced=f"its nodes cannot be shared: {reason}")
    return found


def _pool(resource: Resource, kind: str, stack: Stack, cost: Quantity) -> Pool:
    props = Props.of(resource)
    if kind == NODE_GROUP:
        kinds, nodes = node_types(resource, stack), node_count(resource, stack)
        labels = {str(k): _known(v) for k, v in (props.get("labels") or {}).items()}
        labels["eks.amazonaws.com/capacityType"] = frozenset([props.text("capacityType", "ON_DEMAND")])
        taints = tuple(
            {
                "key": t.text("key"),
                "value": t.text("value", ""),
                "effect": _EFFECTS.get(t.text("effect"), t.text("effect")),
            }
            for t in props.blocks("taints")
        )
    else:
        kinds, nodes, _ = karpenter_nodes(resource, stack)
        template = props.block("spec").block("template")
        labels = {str(k): _known(v) for k, v in (template.block("metadata").get("labels") or {}).items()}
        labels["karpenter.sh/nodepool"] = frozenset([name_of(resource)[1]])
        for rule in template.block("spec").blocks("requirements"):
            if rule.text("operator", "In") == "In":
                labels.setdefault(rule.text("key"), frozenset(rule.strings("values")))
        taints = tuple(
            {"key": t.text("key"), "value": t.text("value", ""), "effect": t.text("effect")}
            for t in template.block("spec").blocks("taints")
        )
    machine = stack.catalogue.instance(kinds[0])
    labels.setdefault("node.kubernetes.io/instance-type", frozenset(kinds))
    if machine.gpus:
        # The device plugin's feature discovery labels GPU nodes by itself.
        labels.setdefault("nvidia.com/gpu.present", frozenset(["true"]))
    hard = tuple(taint for taint in taints if taint["effect"] != "PreferNoSchedule")
    return Pool(resource, nodes, cost, machine.vcpus, machine.memory_gib * 1024**3, machine.gpus, labels, hard)


def _known(value: Any) -> frozenset[str] | None:
    return None if isinstance(value, Hidden) else frozenset([str(value)])


def _declared_cost(resource: Resource, priced: "PricedResource") -> Finding | None:
    metadata = resource.inputs.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    declared = annotations.get(EXPECTED_COST) if isinstance(annotations, Mapping) else None
    if declared is None or isinstance(declared, Hidden):
        return None
    try:
        said = Decimal(str(declared).strip().lstrip("$"))
    except InvalidOperation:
        return Finding(resource.urn, f'{EXPECTED_COST} is "{declared}", no number; write it in USD, as "1.25"')
    if priced.unpriced:
        return None
    ours = priced.monthly.expected / HOURS_PER_MONTH
    if abs(ours - said) <= TOLERANCE * said:
        return None
    return Finding(
        resource.urn,
        f"{EXPECTED_COST} says {said:f} USD, the estimate is {ours:.4f} USD: more than {TOLERANCE:.0%} apart; "
        "correct the annotation or the requests",
    )
