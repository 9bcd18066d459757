"""A quantity in three cases: what is certain to be used, what is expected, what is possible."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HOURS_PER_MONTH = Decimal(730)
"""AWS's own month: 8,760 hours a year in twelve parts (https://calculator.aws states 730)."""

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Quantity:
    """Low, expected and peak; each at least the one before it. `assumption` says where a figure is no fact."""

    low: Decimal
    expected: Decimal
    peak: Decimal
    assumption: str = ""

    @classmethod
    def of(cls, low: object, expected: object = None, peak: object = None, assumption: str = "") -> "Quantity":
        """A quantity of whatever numbers are at hand; one number stands for all three cases."""
        least = to_decimal(low)
        middle = least if expected is None else to_decimal(expected)
        return cls(least, middle, middle if peak is None else to_decimal(peak), assumption)

    def map(self, change: Callable[[Decimal], Decimal]) -> "Quantity":
        """`change` applied to each case."""
        return Quantity(change(self.low), change(self.expected), change(self.peak), self.assumption)

    def times(self, other: "Quantity | Decimal | int") -> "Quantity":
        """The product, case by case; the assumptions of both are kept."""
        if not isinstance(other, Quantity):
            factor = Decimal(other)
            return Quantity(self.low * factor, self.expected * factor, self.peak * factor, self.assumption)
        why = "; ".join(dict.fromkeys(text for text in (self.assumption, other.assumption) if text))
        return Quantity(self.low * other.low, self.expected * other.expected, self.peak * other.peak, why)

    def plus(self, other: "Quantity") -> "Quantity":
        """The sum, case by case."""
        why = self.assumption or other.assumption
        return Quantity(self.low + other.low, self.expected + other.expected, self.peak + other.peak, why)

    def assume(self, text: str) -> "Quantity":
        """The same figures, with a stated reason."""
        return Quantity(self.low, self.expected, self.peak, text)

    @property
    def cases(self) -> tuple[Decimal, Decimal, Decimal]:
        """The three figures."""
        return self.low, self.expected, self.peak

    def __bool__(self) -> bool:
        return bool(self.low or self.expected or self.peak)


ZERO = Quantity(Decimal(0), Decimal(0), Decimal(0))
ONE = Quantity(Decimal(1), Decimal(1), Decimal(1))
MONTH = Quantity(HOURS_PER_MONTH, HOURS_PER_MONTH, HOURS_PER_MONTH)


def to_decimal(value: object) -> Decimal:
    """`value` as a Decimal; floats by their shortest text, so that 0.1 stays 0.1."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def total(quantities: Iterable[Quantity]) -> Quantity:
    """The sum of `quantities`, without assumptions."""
    low = expected = peak = Decimal(0)
    for quantity in quantities:
        low += quantity.low
        expected += quantity.expected
        peak += quantity.peak
    return Quantity(low, expected, peak)


def cents(amount: Decimal) -> Decimal:
    """`amount` to the cent, half up, as AWS invoices round."""
    return amount.quantize(CENT, ROUND_HALF_UP)
