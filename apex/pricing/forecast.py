"""Twelve months ahead: declared usage grows as declared, prices and everything else stay as they are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from apex.plan import Plan
from apex.pricing.budgets import Budget, decide
from apex.pricing.estimate import Pricing, estimate
from apex.pricing.quantity import Quantity

HORIZON = 12


@dataclass(frozen=True, slots=True)
class Forecast:
    """The monthly cost of each month ahead (the first is the month after deployment), and when budgets break.

    `exceeded` names, for each budget, the first month (0 is the first) whose expected cost is over it; None for never.
    """

    months: tuple[Quantity, ...]
    exceeded: tuple[tuple[str, int | None], ...]


def forecast(
    plan: Plan, pricing: Pricing, budgets: Iterable[Budget] = (), months: int = HORIZON, factor: Decimal = Decimal(1)
) -> Forecast:
    """The forecast of `plan`. Tiered prices are applied anew to every month's quantities."""
    wanted = sorted(budgets, key=lambda budget: budget.name)
    first: dict[str, int | None] = {budget.name: None for budget in wanted}
    totals = []
    grows = any(entry.growth for entry in pricing.usage.entries)
    bill = estimate(plan, pricing)
    for month in range(months):
        if month and grows:
            bill = estimate(plan, replace(pricing, usage=pricing.usage.in_month(month)))
        totals.append(bill.monthly)
        for budget in wanted:
            if first[budget.name] is None and decide(bill, budget, factor=factor).state == "over":
                first[budget.name] = month
    return Forecast(tuple(totals), tuple(sorted(first.items())))
