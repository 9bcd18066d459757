"""What `apex cost` reports: a bill, what it is held against, and what is ahead."""

from dataclasses import dataclass

from apex.pricing.budgets import Verdict
from apex.pricing.estimate import Bill
from apex.pricing.forecast import Forecast
from apex.pricing.quantity import Quantity


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
