"""Budgets from Git, decided on a bill before anything is deployed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from apex.errors import InputError
from apex.plan import urn_parts
from apex.pricing.allocation import share_of
from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.quantity import HOURS_PER_MONTH, ZERO, Quantity, cents

MONTHS = {"day": Decimal(24) / HOURS_PER_MONTH, "month": Decimal(1), "quarter": Decimal(3)}
"""How many months of 730 hours a period is."""


@dataclass(frozen=True, slots=True)
class Budget:
    """So much money for what carries the tags of `scope`, in every period. A hard one blocks, a soft one warns."""

    name: str
    amount: Decimal
    scope: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    period: str = "month"
    thresholds: tuple[int, ...] = (80, 100)
    hard: bool = True
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Contributor:
    """A resource that a budget pays for: what it costs in the period, and what the change adds to that."""

    urn: str
    amount: Decimal
    added: Decimal | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a budget says of a bill. `state`: within, near, over, lowered (over, but less than deployed), unknown."""

    budget: Budget
    limit: Decimal
    spend: Quantity
    state: str
    blocked: bool
    added: Decimal | None
    contributors: tuple[Contributor, ...]
    unpriced: tuple[str, ...]
    crossed: tuple[int, ...]
    message: str


def decide_budgets(
    bill: Bill, budgets: Iterable[Budget], baseline: Bill | None = None, factor: Decimal = Decimal(1)
) -> tuple[Verdict, ...]:
    """The verdict of every budget, by name.

    `baseline` is the bill of what is deployed now: with it, a change that lowers an overspend passes with a warning.
    `factor` scales every amount: an environment that is meant to be smaller.
    """
    return tuple(decide(bill, budget, baseline, factor) for budget in sorted(budgets, key=lambda b: b.name))


def decide(bill: Bill, budget: Budget, baseline: Bill | None = None, factor: Decimal = Decimal(1)) -> Verdict:
    """The verdict of one budget."""
    if budget.currency != bill.currency:
        raise InputError.of(
            f'"{budget.currency}" is not the currency of the prices; write {bill.currency}',
            file=budget.file, line=budget.line, field="spec.currency",
        )  # fmt: skip
    months = MONTHS[budget.period]
    limit = budget.amount * factor
    counted = [(resource, share_of(resource, budget.scope)) for resource in bill.resources]
    counted = [(resource, share) for resource, share in counted if share]
    spend = ZERO
    for resource, share in counted:
        spend = spend.plus(resource.monthly.times(share * months))
    before = _deployed(baseline, budget, months)
    added = None if before is None else spend.expected - sum(before.values(), Decimal(0))
    hidden = tuple(resource.urn for resource, _ in counted if resource.hidden)
    state = _state(budget, spend.expected, limit, added, hidden)
    largest = _largest(counted, months, before)
    unpriced = tuple(resource.urn for resource, _ in counted if resource.unpriced)
    crossed = tuple(sorted(t for t in budget.thresholds if spend.expected * 100 >= limit * t))
    blocked = budget.hard and state in ("over", "unknown")
    message = _message(bill, budget, spend, limit, state, added, largest, hidden)
    return Verdict(budget, limit, spend, state, blocked, added, largest, unpriced, crossed, message)


def _deployed(baseline: Bill | None, budget: Budget, months: Decimal) -> dict[str, Decimal] | None:
    if baseline is None:
        return None
    shares = ((resource, share_of(resource, budget.scope)) for resource in baseline.resources)
    return {resource.urn: resource.monthly.expected * share * months for resource, share in shares if share}


def _state(budget: Budget, expected: Decimal, limit: Decimal, added: Decimal | None, hidden: tuple[str, ...]) -> str:
    if cents(expected) > cents(limit):
        return "lowered" if added is not None and added < 0 and not hidden else "over"
    if hidden:
        return "unknown"
    near = any(expected * 100 >= limit * threshold for threshold in budget.thresholds if threshold < 100)
    return "near" if near and limit else "within"


def _largest(
    counted: list[tuple[PricedResource, Decimal]], months: Decimal, before: Mapping[str, Decimal] | None
) -> tuple[Contributor, ...]:
    found = []
    for resource, share in counted:
        amount = resource.monthly.expected * share * months
        if amount:
            found.append(
                Contributor(
                    resource.urn, amount, None if before is None else amount - before.get(resource.urn, Decimal(0))
                )
            )
    return tuple(sorted(found, key=lambda c: (-c.amount, c.urn))[:5])


def _message(
    bill: Bill, budget: Budget, spend: Quantity, limit: Decimal, state: str, added: Decimal | None,
    largest: tuple[Contributor, ...], hidden: tuple[str, ...],
) -> str:  # fmt: skip
    money = f"{cents(spend.expected):,.2f} of {cents(limit):,.2f} {bill.currency} a {budget.period}"
    text = f"budget {budget.name}: {money} expected"
    if added is not None:
        text += f", this change adds {cents(added):+,.2f}"
    if state == "over":
        text += f"; {cents(spend.expected - limit):,.2f} too much"
    elif state == "lowered":
        text += "; still over, but less than what is deployed, so it may pass"
    elif state == "unknown":
        text += f"; cannot be decided, as {len(hidden)} prices hang on values that are not known yet: " + ", ".join(
            _named(urn) for urn in hidden
        )
    elif cents(spend.peak) > cents(limit):
        text += f"; at peak {cents(spend.peak):,.2f}, which is over"
    if state in ("over", "lowered"):
        text += f"; largest: {', '.join(f'{_named(c.urn)} {cents(c.amount):,.2f}' for c in largest)}"
    return text


def _named(urn: str) -> str:
    """A resource as people know it: several may have one name."""
    _, _, kind, name = urn_parts(urn)
    return f"{name} ({kind.rpartition(':')[2]})"
