"""What a GPU pool is to be: its options, and which of them can be had together."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from components.arguments import Arguments
from components.cron import problem_with_cron
from components.gpu_instances import INSTANCES, MIG_PROFILES, MODELS, GpuInstance, choose

_BUDGET_NODES = re.compile(r"(100|\d{1,2})%|\d+")
_RESERVATION = re.compile(r"cr-[0-9a-f]{8,17}")
_POOL_NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
_ONLY_KARPENTER = ("consolidate_after", "consolidate_underutilized", "disruption_budgets")


class GpuProvisioner(StrEnum):
    """Who starts and stops the nodes."""

    MANAGED = "MANAGED"
    """EKS managed node groups, scaled between bounds by an autoscaler and on a schedule."""
    KARPENTER = "KARPENTER"
    """Karpenter, which must be installed in the cluster: nodes come and go with the pods."""


class CapacityType(StrEnum):
    """How instances are bought."""

    ON_DEMAND = "ON_DEMAND"
    """At the list price, not interrupted."""
    SPOT = "SPOT"
    """At a fraction of it, interrupted at two minutes' notice."""
    RESERVED = "RESERVED"
    """From a capacity reservation or capacity block that is paid for already."""


class OfficeHours(TypedDict):
    """When a pool may run: cron expressions of five fields, in UTC."""

    start: str
    """When the pool's bounds apply, such as "0 7 * * 1-5"."""
    stop: str
    """When it goes to zero nodes and stays there, such as "0 19 * * 1-5"."""


class GpuNeed(TypedDict):
    """GPUs by what they must be able to do, instead of by instance type."""

    model: NotRequired[str]
    """The GPU's model, such as "L4" or "H100". Default: any."""
    gpus_per_node: NotRequired[int]
    """GPUs that one node must have. Default: 1."""
    gpu_memory_gib: NotRequired[int]
    """Memory that each GPU must have, in GiB. Default: any."""
    max_types: NotRequired[int]
    """How many of the fitting types are used, the least wasteful first. Default: 4; several make spot likelier."""


class GpuSharing(TypedDict):
    """How one GPU serves several pods; one of the two."""

    time_slices: NotRequired[int]
    """Pods that take turns on a GPU, without walls between their memories. Default: each pod has its own."""
    mig_profile: NotRequired[str]
    """The MIG profile every GPU is cut into, such as "1g.10gb": separate memory and compute. Default: none."""


class DisruptionBudget(TypedDict):
    """How many nodes Karpenter may take away at once."""

    nodes: str
    """A number or a percentage, such as "1" or "10%"."""
    schedule: NotRequired[str]
    """From when, as a cron expression in UTC. Default: always."""
    duration_hours: NotRequired[int]
    """For how long from then; required with `schedule`. Default: always."""


class GpuPoolPlan:
    """What remains of a pool's Args once they are read; `check` refuses what cannot be had together."""

    def __init__(self, name: str, read: Arguments, args: Mapping[str, Any]) -> None:
        self._read = read
        self._args = args
        self.name = name
        self.cost_tags = read.cost_tags()
        self.provisioner = read.member("provisioner", GpuProvisioner, GpuProvisioner.MANAGED)
        self.capacity_type = read.member("capacity_type", CapacityType, CapacityType.ON_DEMAND)
        self.instances = self._instances()
        self.min_size = read.whole("min_size", 0)
        self.max_size = read.whole("max_size", 0, least=1) if args.get("max_size") is not None else None
        self.on_demand_base = read.whole("on_demand_base", 0)
        self.volume_size_gib = read.whole("volume_size_gib", 200, least=50, most=16_384)
        self.labels: dict[str, str] = {**self.cost_tags.kubernetes(), **args.get("labels", {})}
        self.office_hours: OfficeHours | None = args.get("office_hours")
        sharing: Mapping[str, Any] = args.get("sharing") or {}
        self.time_slices = int(sharing.get("time_slices", 1))
        self.mig_profile: str | None = sharing.get("mig_profile")
        self.efa = bool(args.get("efa"))
        self.reservation_id: str | None = args.get("reservation_id")
        self.capacity_block = bool(args.get("capacity_block"))
        self.prices = self._prices()
        self.cost_limit = self._money("cost_limit_usd_per_hour", args.get("cost_limit_usd_per_hour"))
        self.budgets = self._budgets()

    @property
    def instance_types(self) -> list[str]:
        """The names of the instance types, best first."""
        return [instance.name for instance in self.instances]

    @property
    def is_karpenter(self) -> bool:
        """Whether Karpenter provisions the nodes."""
        return self.provisioner is GpuProvisioner.KARPENTER

    @property
    def mig_instances(self) -> int:
        """Into how many MIG instances each GPU is cut; 0 without MIG."""
        first = self.instances[0]
        return MIG_PROFILES.get((first.model, first.gpu_memory_gib), {}).get(self.mig_profile or "", 0)

    def gpu_limit(self) -> int:
        """GPUs that all nodes together may have, from the size and, for Karpenter, from the cost limit.

        No mix of the pool's types with that many GPUs costs more than the limit at the on-demand prices given: each
        GPU is counted at the dearest price per GPU among them.
        """
        limits = []
        if self.max_size is not None:
            limits.append(self.max_size * max(instance.gpus for instance in self.instances))
        if self.cost_limit is not None:
            dearest = max(self.prices[instance.name] / instance.gpus for instance in self.instances)
            limits.append(int(self.cost_limit / dearest))
        return min(limits)

    def base_gpu_limit(self) -> int:
        """GPUs of the on-demand base."""
        return self.on_demand_base * min(instance.gpus for instance in self.instances)

    def check(self) -> None:
        """Refuse what cannot be had together."""
        if not _POOL_NAME.fullmatch(self.name):
            self._read.refuse("name", f'"{self.name}" cannot be a node label; use at most 40 of a-z, 0-9 and -')
        self._check_sizes()
        self._check_capacity()
        self._check_sharing()
        self._check_efa()
        self._check_provisioner()
        hours: Mapping[str, Any] = self.office_hours or {}
        for moment in ("start", "stop") if hours else ():
            problem = problem_with_cron(str(hours.get(moment, "")))
            if problem:
                self._read.refuse(f"office_hours.{moment}", problem)
        self._read.refuse_if_wrong()
        # Only now is every price known to be there.
        self._check_cost()
        self._read.refuse_if_wrong()

    def _instances(self) -> list[GpuInstance]:
        args, read = self._args, self._read
        fallback = [INSTANCES["g5.xlarge"]]
        need: Mapping[str, Any] | None = args.get("need")
        if (need is None) == (not args.get("instance_types")):
            read.refuse("instance_types", "give either instance_types or need, and not both")
            return fallback
        if need is None:
            names = read.names("instance_types", "instance type")
            for name in names:
                if name not in INSTANCES:
                    read.refuse("instance_types", f'"{name}" is not a GPU type known here; use such as g5.xlarge')
                elif not self._is_offered(name):
                    read.refuse(
                        "instance_types",
                        f'"{name}" is offered in no zone of the subnets; use one of offered_types, or other zones',
                    )
            return [INSTANCES[name] for name in names if name in INSTANCES] or fallback
        model = need.get("model")
        gpus, memory = int(need.get("gpus_per_node", 1)), int(need.get("gpu_memory_gib", 1))
        if model is not None and model not in MODELS:
            read.refuse("need.model", f'"{model}" is not a GPU model offered; use one of {", ".join(MODELS)}')
            return fallback
        fitting = choose(model, gpus, memory)
        chosen = [row for row in fitting if self._is_offered(row.name)]
        if fitting and not chosen:
            types = ", ".join(row.name for row in fitting)
            read.refuse("need", f"no zone of the subnets offers {types}; ask for less, or use other zones")
        elif not chosen:
            read.refuse(
                "need",
                f"no type has {gpus} x {model or 'any GPU'} with {memory} GiB each; ask for less or leave model out",
            )
        return chosen[: int(need.get("max_types", 4))] or fallback

    def _is_offered(self, name: str) -> bool:
        offered = self._args.get("offered_types")
        return offered is None or name in offered

    def _prices(self) -> dict[str, Decimal]:
        prices = {}
        for name, price in (self._args.get("prices_usd_per_hour") or {}).items():
            value = self._money("prices_usd_per_hour", price)
            if value is not None:
                prices[name] = value
        return prices

    def _money(self, argument: str, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount <= 0:
            self._read.refuse(argument, f'"{value}" is not an amount of USD above zero; write such as "12.50"')
            return None
        return amount

    def _budgets(self) -> list[dict[str, str]]:
        budgets: list[dict[str, str]] = []
        for budget in self._args.get("disruption_budgets") or [{"nodes": "1"}]:
            nodes, schedule, hours = str(budget["nodes"]), budget.get("schedule"), budget.get("duration_hours")
            if not _BUDGET_NODES.fullmatch(nodes):
                self._read.refuse(
                    "disruption_budgets", f'"{nodes}" is not a number of nodes; write such as "1" or "10%"'
                )
            if (schedule is None) != (hours is None):
                self._read.refuse("disruption_budgets", "schedule and duration_hours go together; give both or neither")
            elif schedule is not None and (problem := problem_with_cron(schedule)):
                self._read.refuse("disruption_budgets", problem)
            when = {} if schedule is None else {"schedule": schedule, "duration": f"{int(hours or 0)}h"}
            budgets.append({"nodes": nodes, **when})
        return budgets

    def _check_sizes(self) -> None:
        read, most = self._read, self.max_size
        if most is None and not (self.is_karpenter and self.cost_limit is not None):
            read.refuse("max_size", "is missing; write the greatest number of nodes, the bound of what the pool costs")
        if most is not None and self.min_size > most:
            read.refuse("max_size", f"{most} is below min_size {self.min_size}; raise it or lower min_size")
        if not self.on_demand_base:
            return
        if self.capacity_type is not CapacityType.SPOT:
            read.refuse(
                "on_demand_base",
                f"{self.on_demand_base} is for a pool of SPOT capacity; set capacity_type SPOT or leave it",
            )
        if most is not None and self.on_demand_base >= most:
            read.refuse(
                "on_demand_base",
                f"{self.on_demand_base} leaves nothing for spot below max_size {most}; raise max_size or use ON_DEMAND",
            )

    def _check_capacity(self) -> None:
        read = self._read
        reserved = self.capacity_type is CapacityType.RESERVED
        if reserved and not self.reservation_id:
            read.refuse(
                "reservation_id", "is missing with capacity_type RESERVED; name the reservation, such as cr-0123…"
            )
        if self.reservation_id and not reserved:
            read.refuse("reservation_id", f"goes with capacity_type RESERVED, not {self.capacity_type.value}; set that")
        if self.reservation_id and not _RESERVATION.fullmatch(self.reservation_id):
            read.refuse(
                "reservation_id", f'"{self.reservation_id}" is not a reservation; write it as cr-0123456789abcdef0'
            )
        if self.capacity_block and not reserved:
            read.refuse("capacity_block", f"goes with capacity_type RESERVED, not {self.capacity_type.value}; set that")
        if self.capacity_block and len(self.instances) > 1:
            read.refuse(
                "instance_types", f"{self.instance_types} are several, a capacity block has one type; name that one"
            )

    def _check_sharing(self) -> None:
        read = self._read
        if self.time_slices > 1 and self.mig_profile:
            read.refuse("sharing", "time_slices and mig_profile exclude each other; keep one")
        if not 1 <= self.time_slices <= 64:
            read.refuse("sharing.time_slices", f"{self.time_slices} is out of range; use 2 to 64")
        if not self.mig_profile:
            return
        for kind in sorted({(row.model, row.gpu_memory_gib) for row in self.instances}):
            profiles = MIG_PROFILES.get(kind, {})
            if self.mig_profile not in profiles:
                offer = f"use one of {', '.join(profiles)}" if profiles else "use A100, H100 or H200, or time_slices"
                read.refuse(
                    "sharing.mig_profile", f'"{self.mig_profile}" does not exist on {kind[0]} {kind[1]} GiB; {offer}'
                )

    def _check_efa(self) -> None:
        if not self.efa:
            return
        for row in self.instances:
            if not row.efa_interfaces:
                self._read.refuse("efa", f"{row.name} has no Elastic Fabric Adapter; leave it out or use a larger type")
        if len({row.efa_interfaces for row in self.instances}) > 1:
            self._read.refuse(
                "efa", f"{self.instance_types} have different numbers of adapters, a template has one; name one type"
            )
        if not self._args.get("security_group_ids"):
            self._read.refuse("security_group_ids", "is missing with efa; give the cluster's security group")

    def _check_provisioner(self) -> None:
        read, args = self._read, self._args
        if not self.is_karpenter:
            for argument in _ONLY_KARPENTER:
                if args.get(argument) is not None:
                    read.refuse(argument, "is Karpenter's; set provisioner KARPENTER or leave it out")
            return
        if self.office_hours:
            read.refuse("office_hours", "Karpenter follows its pods; give office_hours to the services that run here")
        if self.min_size:
            read.refuse("min_size", f"{self.min_size} cannot be held by Karpenter, it follows its pods; leave it out")
        if not args.get("security_group_ids"):
            read.refuse("security_group_ids", "is missing with KARPENTER; give the cluster's security group")
        after = args.get("consolidate_after")
        if after is not None and not re.fullmatch(r"([0-9]+(s|m|h))+", after):
            read.refuse("consolidate_after", f'"{after}" is not a duration; write such as 5m or 1h')

    def _check_cost(self) -> None:
        if self.cost_limit is None:
            return
        read = self._read
        missing = [name for name in self.instance_types if name not in self.prices]
        if missing:
            read.refuse(
                "prices_usd_per_hour", f"has no price for {', '.join(missing)}; a cost limit needs one for every type"
            )
            return
        dearest = max(self.instances, key=lambda row: self.prices[row.name])
        price = self.prices[dearest.name]
        affordable = int(self.cost_limit / price)
        if affordable < 1:
            read.refuse(
                "cost_limit_usd_per_hour",
                f"{self.cost_limit} buys no {dearest.name} at {price} an hour; raise it or leave that type out",
            )
        elif not self.is_karpenter and self.max_size is not None and self.max_size > affordable:
            read.refuse(
                "max_size",
                f"{self.max_size} x {dearest.name} cost {self.max_size * price} USD an hour, above "
                f"cost_limit_usd_per_hour {self.cost_limit}; use at most {affordable}",
            )
        elif self.is_karpenter and self.on_demand_base and self.base_gpu_limit() >= self.gpu_limit():
            read.refuse(
                "on_demand_base",
                f"{self.on_demand_base} takes all {self.gpu_limit()} GPUs the limits allow; raise them or lower it",
            )
