"""A bill as Markdown, to be read in a pull request."""

from collections.abc import Iterable, Mapping

from apex.pricing.budgets import Verdict
from apex.pricing.estimate import Bill
from apex.pricing.forecast import Forecast
from apex.pricing.quantity import Quantity, cents

_MARKS = {
    "within": "within",
    "near": "near its limit",
    "over": "**over**",
    "lowered": "over, but lowered",
    "unknown": "**unknown**",
}


def render_markdown(
    bill: Bill,
    verdicts: Iterable[Verdict] = (),
    groups: Mapping[str, Mapping[str, Quantity]] | None = None,
    forecast: Forecast | None = None,
) -> str:
    """Totals and budgets in sight, details folded."""
    parts = (*summary(bill, verdicts, groups), *unpriced(bill), *every_resource(bill), *months_ahead(forecast))
    return "\n".join([*parts, "", priced_as_of(bill)]) + "\n"


def summary(bill: Bill, verdicts: Iterable[Verdict], groups: Mapping[str, Mapping[str, Quantity]] | None) -> list[str]:
    """What is in sight: the total, by team, and the budgets."""
    lines = ["### Monthly cost", "", "| | low | expected | peak |", "|---|---:|---:|---:|"]
    lines.append(_row("**total**" if bill.complete else "**total of what has a price**", bill.monthly))
    lines += [_row(_safe(name), amount) for name, amount in (groups or {}).get("team", {}).items()]
    judged = list(verdicts)
    if judged:
        lines += ["", "| budget | state | |", "|---|---|---|"]
        lines += [f"| {_safe(v.budget.name)} | {_MARKS[v.state]} | {_safe(v.message)} |" for v in judged]
    return lines


def unpriced(bill: Bill) -> list[str]:
    """What no total counts, and why; folded."""
    if bill.complete:
        return []
    count = len(bill.unpriced)
    lines = ["", f"<details><summary>{count} resource{'' if count == 1 else 's'} without a price</summary>", ""]
    lines += [f"- `{_safe(r.type)}` {_safe(r.name)}: {_safe(r.unpriced or '')}" for r in bill.unpriced]
    return [*lines, "", "</details>"]


def every_resource(bill: Bill) -> list[str]:
    """Every line of the bill, folded."""
    if not any(resource.components for resource in bill.resources):
        return []
    lines = ["", "<details><summary>Every resource</summary>", "", "| resource | low | expected | peak |",
             "|---|---:|---:|---:|"]  # fmt: skip
    for resource in bill.resources:
        if resource.components:
            lines.append(
                _row(f"**{_safe(resource.name)}** {_safe(resource.type.rpartition(':')[2])}", resource.monthly)
            )
            lines += [_row(f"{_safe(part.name)}", part.monthly) for part in resource.components]
    return [*lines, "", "</details>"]


def months_ahead(forecast: Forecast | None) -> list[str]:
    """The forecast, folded; nothing where there is none."""
    if forecast is None:
        return []
    lines = ["", "<details><summary>Twelve months ahead</summary>", "", "| month | low | expected | peak |",
             "|---|---:|---:|---:|"]  # fmt: skip
    lines += [_row(str(number), amount) for number, amount in enumerate(forecast.months, 1)]
    return [*lines, "", "</details>"]


def priced_as_of(bill: Bill) -> str:
    """How old the prices are."""
    return f"Prices as of {bill.catalogue_date}, {bill.currency}."


def _row(name: str, amount: Quantity) -> str:
    low, expected, peak = (f"{cents(case) + 0:,.2f}" for case in amount.cases)
    return f"| {name} | {low} | {expected} | {peak} |"


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
