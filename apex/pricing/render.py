"""A bill for people to read in a terminal."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from apex.pricing.budgets import Verdict
from apex.pricing.estimate import Bill
from apex.pricing.forecast import Forecast
from apex.pricing.quantity import Quantity, cents

STALE_AFTER_DAYS = 120
"""A catalogue older than this is warned about."""


def render_table(
    bill: Bill,
    verdicts: Iterable[Verdict] = (),
    groups: Mapping[str, Mapping[str, Quantity]] | None = None,
    forecast: Forecast | None = None,
    today: date | None = None,
) -> str:
    """The bill as text: what costs something, who pays, budgets, what has no price, the total."""
    lines = [f"{'Monthly cost, ' + bill.currency:<58}{'low':>14}{'expected':>14}{'peak':>14}"]
    for resource in bill.resources:
        if not resource.components:
            continue
        lines.append(_row(f"{resource.type.rpartition(':')[2]} {resource.name}", resource.monthly))
        lines += [_row(f"  {part.name}", part.monthly) for part in resource.components]
    lines += ["", _row("Total" if bill.complete else "Total of what has a price", bill.monthly)]
    for key in ("team", "service"):
        found = (groups or {}).get(key, {})
        if found:
            lines += ["", f"By {key}", *(_row(f"  {name}", amount) for name, amount in found.items())]
    lines += _budgets(verdicts)
    if forecast is not None:
        lines += ["", "Twelve months ahead", *(_row(f"  month {n}", m) for n, m in enumerate(forecast.months, 1))]
        lines += [
            f"  budget {name}: " + (f"exceeded in month {month + 1}" if month is not None else "holds")
            for name, month in forecast.exceeded
        ]
    lines += _notes(bill, today)
    return "\n".join(lines) + "\n"


def age_warning(bill: Bill, today: date | None = None) -> str | None:
    """What to say of a catalogue that is older than `STALE_AFTER_DAYS`."""
    age = ((today or datetime.now(UTC).date()) - bill.catalogue_date).days
    if age <= STALE_AFTER_DAYS:
        return None
    return f"prices are {age} days old; refresh them with `apex prices refresh`"


def _budgets(verdicts: Iterable[Verdict]) -> list[str]:
    found = [f"  {'BLOCKED ' if verdict.blocked else ''}{verdict.message}" for verdict in verdicts]
    return ["", "Budgets", *found] if found else []


def _notes(bill: Bill, today: date | None) -> list[str]:
    lines = [""]
    lines += [f"note: {finding.urn.rpartition('::')[2]}: {finding.message}" for finding in bill.findings]
    unpriced = bill.unpriced
    if unpriced:
        lines.append(f"{len(unpriced)} resources without a price are not in the total:")
        lines += [f"  {r.type.rpartition(':')[2]} {r.name}: {r.unpriced}" for r in unpriced]
    free = sum(1 for resource in bill.resources if resource.free)
    lines.append(f"{free} resources are known to be free. Prices as of {bill.catalogue_date}.")
    warning = age_warning(bill, today)
    return [*lines, f"warning: {warning}"] if warning else lines


def _row(name: str, amount: Quantity) -> str:
    low, expected, peak = (f"{cents(case) + 0:,.2f}" for case in amount.cases)
    return f"{name[:57]:<58}{low:>14}{expected:>14}{peak:>14}"
