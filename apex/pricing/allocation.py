"""Who pays: a bill by team, cost center, project, environment, modality, component and catalog entry.

Every grouping sums to the total to the cent: amounts are rounded by the largest remainder.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

from apex import tags
from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.quantity import CENT, ZERO, Quantity, cents, total

NOBODY = "(none)"
"""The group of what carries no value for a key."""

TAG_KEYS = (tags.TEAM, tags.COST_CENTER, tags.PROJECT, tags.ENVIRONMENT, tags.DATA_MODALITY)
KEYS = (*TAG_KEYS, "component", "catalog-entry", "service")

SPLITS = ("direct-cost", "even", "own-tags")
"""How shared cost is split: in proportion to what each owner causes alone, in equal parts, or not at all."""

_DUST = Decimal("1e-9")
"""Less than this is what dividing left over, and nobody's."""


def group(bill: Bill, key: str, split: str = "direct-cost") -> dict[str, Quantity]:
    """The bill by `key`, to the cent, sorted by name.

    Shared cost (a control plane, the network, idle nodes) is split between the owners of the rest as `split` says, for
    team and cost center; by other keys it stays where its own tags put it.
    """
    amounts: dict[str, Quantity] = defaultdict(lambda: ZERO)
    pooled = []
    divides = key in (tags.TEAM, tags.COST_CENTER) and split != "own-tags"
    for resource in bill.resources:
        if divides and resource.shared:
            pooled.append(resource.monthly)
            continue
        for name, part in _parts(resource, key):
            amounts[name] = amounts[name].plus(part)
    if pooled:
        _spread(amounts, total(pooled), split)
    some = {name: amount for name, amount in amounts.items() if any(abs(case) > _DUST for case in amount.cases)}
    return _to_the_cent(some, bill.monthly)


def groups(bill: Bill, split: str = "direct-cost") -> dict[str, dict[str, Quantity]]:
    """The bill by every key."""
    return {key: group(bill, key, split) for key in sorted(KEYS)}


def share_of(resource: PricedResource, scope: Mapping[str, str]) -> Decimal:
    """The part of a resource's cost that falls under `scope`: a tag name and the value it must have, all of them.

    A resource of several modalities belongs to each in equal parts.
    """
    share = Decimal(1)
    for key, value in scope.items():
        own = resource.tags.get(key)
        if own is None:
            return Decimal(0)
        if key == tags.DATA_MODALITY:
            names = _modalities(own)
            if value not in names:
                return Decimal(0)
            share /= len(names)
        elif own != value:
            return Decimal(0)
    return share


def _parts(resource: PricedResource, key: str) -> list[tuple[str, Quantity]]:
    if key == "service":
        found: dict[str, list[Quantity]] = defaultdict(list)
        for part in resource.components:
            found[part.service].append(part.monthly)
        return [(name, total(parts)) for name, parts in found.items()]
    if key == "component":
        return [(resource.component or NOBODY, resource.monthly)]
    if key == "catalog-entry":
        return [(resource.catalog_entry or NOBODY, resource.monthly)]
    value = resource.tags.get(key) or NOBODY
    if key == tags.DATA_MODALITY and value != NOBODY:
        names = _modalities(value)
        return [(name, resource.monthly.times(Decimal(1) / len(names))) for name in names]
    return [(value, resource.monthly)]


def _modalities(value: str) -> list[str]:
    return sorted({name for name in value.replace(",", ".").split(".") if name})


def _spread(amounts: dict[str, Quantity], pool: Quantity, split: str) -> None:
    owners = sorted(name for name in amounts if name != NOBODY) or sorted(amounts) or [NOBODY]
    direct = total(amounts[name] for name in owners)
    count = Decimal(len(owners))

    for name in owners:
        # The expected case decides the shares of all three, so that a part's low is never above its peak.
        even = split != "direct-cost" or not direct.expected
        share = 1 / count if even else amounts[name].expected / direct.expected
        amounts[name] = amounts[name].plus(pool.times(share))


def _to_the_cent(amounts: Mapping[str, Quantity], whole: Quantity) -> dict[str, Quantity]:
    names = sorted(amounts)
    before, rounded = [Decimal(0)] * len(names), [Decimal(0)] * len(names)
    cases = []
    # Each case adds to the one before it, so that rounding takes nobody's peak below what is expected.
    for number, case in enumerate(whole.cases):
        exact = [amounts[name].cases[number].quantize(_DUST) for name in names]
        rounded = _round(exact, before, rounded, cents(case))
        before = exact
        cases.append(rounded)
    return {name: Quantity(cases[0][i], cases[1][i], cases[2][i]) for i, name in enumerate(names)}


def _round(exact: list[Decimal], before: list[Decimal], rounded: list[Decimal], whole: Decimal) -> list[Decimal]:
    """`exact` to the cent, `whole` in sum; `before` was rounded to `rounded`."""
    found = [r + (e - b).quantize(CENT, ROUND_FLOOR) for e, b, r in zip(exact, before, rounded, strict=True)]
    left = int((whole - sum(found, Decimal(0))) / CENT)
    # The cents that rounding down left over go to the largest remainders; equal ones in the order of their names.
    order = sorted(range(len(exact)), key=lambda i: (found[i] - exact[i], i))
    for position in range(left):
        found[order[position % len(order)]] += CENT
    return found
