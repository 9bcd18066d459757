"""A bill for people to read in a terminal."""

from apex.pricing.estimate import Bill
from apex.pricing.quantity import Quantity, cents


def render_table(bill: Bill) -> str:
    """The bill as text: what costs something, what has no price, the total."""
    lines = [f"{'monthly cost, ' + bill.currency:<58}{'low':>14}{'expected':>14}{'peak':>14}"]
    for resource in bill.resources:
        if not resource.components:
            continue
        lines.append(_row(f"{resource.type.rpartition(':')[2]} {resource.name}", resource.monthly))
        lines += [_row(f"  {part.name}", part.monthly) for part in resource.components]
    lines += ["", _row("total" if bill.complete else "total of what has a price", bill.monthly)]
    for resource in bill.unpriced:
        lines.append(f"unpriced: {resource.type.rpartition(':')[2]} {resource.name}: {resource.unpriced}")
    lines.append(f"prices as of {bill.catalogue_date}")
    return "\n".join(lines) + "\n"


def _row(name: str, amount: Quantity) -> str:
    low, expected, peak = (f"{cents(case):,.2f}" for case in amount.cases)
    return f"{name[:57]:<58}{low:>14}{expected:>14}{peak:>14}"
