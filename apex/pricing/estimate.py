"""From a plan to a bill: every resource priced, known to be free, or listed as unpriced with the reason."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from apex.plan import Plan, Resource
from apex.pricing.adapters import ADAPTERS
from apex.pricing.catalogue import CURRENCY, Catalogue, MissingPriceError, load_catalogue
from apex.pricing.free import ALIASES, why_free
from apex.pricing.kubernetes import Finding, share_pools
from apex.pricing.lines import Component, price_lines, sum_monthly
from apex.pricing.quantity import ZERO, Quantity, total
from apex.pricing.stack import HiddenValueError, Purchase, Stack, UnpriceableError
from apex.pricing.usage import UsageBook
from apex.pricing.workloads import WORKLOADS

SHARED_TYPES = frozenset(
    {
        "aws:eks/cluster:Cluster",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ec2/eip:Eip",
        "aws:cloudtrail/trail:Trail",
        "aws:cfg/recorder:Recorder",
    }
)
"""What serves every team of a stack."""


@dataclass(frozen=True, slots=True)
class PricedResource:
    """A resource on a bill. `unpriced` says why some or all of it has no price; `free` why it costs nothing.

    `shared` marks what serves several owners (the idle part of a pool, a control plane, the network): allocation may
    split it by a key. `hidden` marks an unpriced one whose price hangs on a value that is not known yet.
    """

    urn: str
    type: str
    name: str
    monthly: Quantity = ZERO
    components: tuple[Component, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    unpriced: str | None = None
    free: str | None = None
    region: str = ""
    component: str = ""
    catalog_entry: str = ""
    shared: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Bill:
    """What a stack costs a month. `resources` are sorted by URN; the total counts what has a price, no more."""

    project: str
    stack: str
    currency: str
    catalogue_date: date
    resources: tuple[PricedResource, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def monthly(self) -> Quantity:
        """The sum over all resources."""
        return total(resource.monthly for resource in self.resources)

    @property
    def unpriced(self) -> tuple[PricedResource, ...]:
        """What the total does not count, at least in part."""
        return tuple(resource for resource in self.resources if resource.unpriced)

    @property
    def complete(self) -> bool:
        """Whether every resource is priced or known to be free."""
        return not self.unpriced


@dataclass(frozen=True)
class Pricing:
    """What prices are taken from, and how machines are bought."""

    catalogue: Catalogue = field(default_factory=load_catalogue)
    usage: UsageBook = field(default_factory=UsageBook)
    region: str | None = None
    purchase: Purchase = field(default_factory=Purchase)


def estimate(plan: Plan, pricing: Pricing | None = None) -> Bill:
    """The bill of `plan` (of what exists after the change)."""
    pricing = pricing or Pricing()
    stack = Stack(plan, pricing.catalogue, pricing.usage, pricing.region, pricing.purchase)
    with _uncollected():
        priced = {resource.urn: _price(resource, stack) for resource in stack.planned()}
        findings = share_pools(stack, priced)
    resources = tuple(priced[urn] for urn in sorted(priced))
    return Bill(plan.project, plan.stack, CURRENCY, pricing.catalogue.date, resources, findings)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic collector: a bill is many small values without cycles, which it would go through in vain."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _price(resource: Resource, stack: Stack) -> PricedResource:
    token = ALIASES.get(resource.type, resource.type)
    tags = stack.tags(resource)
    component, entry = stack.owner_names(resource, tags)
    shared = token in SHARED_TYPES
    common = {"urn": resource.urn, "type": resource.type, "name": resource.name, "tags": tags,
              "component": component, "catalog_entry": entry, "shared": shared}  # fmt: skip
    if not resource.custom:
        return PricedResource(**common, free="a component; its children are billed")  # type: ignore[arg-type]
    if resource.type in WORKLOADS:
        return PricedResource(**common)  # type: ignore[arg-type]
    adapter = ADAPTERS.get(token)
    if adapter is None:
        free = why_free(token)
        reason = None if free else f"no adapter for {resource.type}: nobody has said what it costs"
        return PricedResource(**common, unpriced=reason, free=free)  # type: ignore[arg-type]
    try:
        components, missing = price_lines(adapter(resource, stack).lines(), stack.catalogue)
    except (UnpriceableError, MissingPriceError) as reason:
        hidden = isinstance(reason, HiddenValueError)
        return PricedResource(**common, unpriced=str(reason), hidden=hidden)  # type: ignore[arg-type]
    return PricedResource(
        **common,  # type: ignore[arg-type]
        monthly=sum_monthly(components),
        components=components,
        unpriced="; ".join(missing) or None,
        free=None if components or missing else "costs nothing as configured",
    )
