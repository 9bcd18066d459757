"""What `apex cost` reports: a bill, what it is held against, and what is ahead."""

from dataclasses import dataclass
from decimal import Decimal

from apex.pricing.allocation import group
from apex.pricing.budgets import Verdict
from apex.pricing.estimate import Bill
from apex.pricing.forecast import Forecast
from apex.pricing.quantity import ZERO, Quantity, cents


@dataclass(frozen=True, slots=True)
class CostReport:
    """A bill. `deployed` is the bill of what stands now, None where nobody said; `split` how shared cost is divided."""

    bill: Bill
    deployed: Bill | None
    verdicts: tuple[Verdict, ...]
    split: str
    forecast: Forecast | None = None

    @property
    def added(self) -> Quantity | None:
        """What the change adds to the monthly bill."""
        return None if self.deployed is None else difference(self.bill.monthly, self.deployed.monthly)


def difference(new: Quantity, old: Quantity) -> Quantity:
    """`new` less `old`, case by case."""
    return Quantity(new.low - old.low, new.expected - old.expected, new.peak - old.peak)


def amount(value: Decimal) -> str:
    """To the cent, with separators; nothing is 0.00, never -0.00."""
    return f"{cents(value) + 0:,.2f}"


def signed(value: Decimal) -> str:
    """The same with its sign."""
    return f"{cents(value) + 0:+,.2f}"


def component_deltas(bill: Bill, deployed: Bill | None) -> dict[str, Decimal]:
    """What the change adds to what is expected of each component, sorted by name; all of it where none is deployed."""
    new, old = group(bill, "component"), group(deployed, "component") if deployed else {}
    return {name: new.get(name, ZERO).expected - old.get(name, ZERO).expected for name in sorted({*new, *old})}
