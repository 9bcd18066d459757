"""Lines of a bill: what a priced resource uses, and what each use costs by the catalogue's tiers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from apex.pricing.catalogue import Catalogue, MissingPriceError, Price
from apex.pricing.quantity import HOURS_PER_MONTH, ONE, Quantity, total


@dataclass(frozen=True, slots=True)
class Line:
    """A use of something that has a price: `quantity` of the catalogue's unit in a month.

    `free` is a part of the monthly quantity that is not billed (a free tier). `factor` scales the price: a discount.
    `copies` is how often the line is billed where tiers count for each copy alone. `fallback` is the item whose price
    times `fallback_factor` stands in where the item has none.
    """

    name: str
    service: str
    item: str
    region: str
    quantity: Quantity
    free: Decimal = Decimal(0)
    factor: Decimal = Decimal(1)
    assumption: str = ""
    copies: Quantity = ONE
    fallback: str = ""
    fallback_factor: Decimal = Decimal(1)
    fallback_assumption: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """A priced line: `monthly` is `quantity` by `unit_price`."""

    name: str
    unit: str
    quantity: Quantity
    unit_price: Decimal
    monthly: Quantity
    service: str
    region: str
    assumption: str = ""
    as_of: str = ""
    list_price: Decimal | None = None


def hourly(name: str, service: str, item: str, region: str, count: Quantity, assumption: str = "") -> Line:
    """`count` of something billed by the hour, all month long."""
    return Line(name, service, item, region, count.times(HOURS_PER_MONTH), assumption=assumption)


def price_lines(lines: Iterable[Line], catalogue: Catalogue) -> tuple[tuple[Component, ...], tuple[str, ...]]:
    """The components of `lines`, and why some have none."""
    components: list[Component] = []
    missing: list[str] = []
    for asked in lines:
        line = asked
        if not line.quantity or not line.copies:
            continue
        try:
            if line.fallback and not catalogue.has(line.service, line.item, line.region):
                line = _fall_back(line)
            tiers = catalogue.tiers(line.service, line.item, line.region)
        except MissingPriceError as reason:
            missing.append(str(reason))
            continue
        components.extend(_components(line, tiers))
    return tuple(components), tuple(dict.fromkeys(missing))


def sum_monthly(components: Iterable[Component]) -> Quantity:
    """The monthly cost of `components`."""
    return total(component.monthly for component in components)


def _fall_back(line: Line) -> Line:
    return replace(
        line, item=line.fallback, factor=line.factor * line.fallback_factor, assumption=line.fallback_assumption
    )


def _components(line: Line, tiers: tuple[Price, ...]) -> list[Component]:
    if len(tiers) == 1 and not line.free and not tiers[0].start:
        return [_component(line, tiers[0], line.quantity, line.name)]
    found = []
    for number, tier in enumerate(tiers):
        # A free tier given by the catalogue (its first price starts above 0) and one given by the line are the same.
        start = max(tier.start, line.free)
        end = tiers[number + 1].start if number + 1 < len(tiers) else None
        if end is not None and end <= start:
            continue
        part = line.quantity.map(lambda amount, a=start, b=end: _between(amount, a, b))  # type: ignore[misc]
        if part:
            found.append(_component(line, tier, part, _tier_name(line.name, tier, start, end)))
    return found


def _between(amount: Decimal, start: Decimal, end: Decimal | None) -> Decimal:
    return max(Decimal(0), (amount if end is None else min(amount, end)) - start)


def _tier_name(name: str, tier: Price, start: Decimal, end: Decimal | None) -> str:
    if end is None:
        return f"{name} (over {start:,f} {tier.unit})" if start else name
    return f"{name} ({start:,f} to {end:,f} {tier.unit})"


def _component(line: Line, tier: Price, quantity: Quantity, name: str) -> Component:
    if line.copies is not ONE:
        quantity = quantity.times(line.copies)
    unit_price = tier.amount * line.factor if line.factor != 1 else tier.amount
    low, expected, peak = quantity.low, quantity.expected, quantity.peak
    assumption = line.assumption or quantity.assumption
    if line.assumption and quantity.assumption and quantity.assumption not in line.assumption:
        assumption = f"{line.assumption}; {quantity.assumption}"
    return Component(
        name=name,
        unit=tier.unit,
        quantity=quantity,
        unit_price=unit_price,
        monthly=Quantity(low * unit_price, expected * unit_price, peak * unit_price),
        service=line.service,
        region=line.region,
        assumption=assumption,
        as_of=tier.as_of,
        list_price=tier.amount,
    )
