"""A bill as parts of a page: figures, budgets, charts and tables, with every amount to the cent."""

from collections import Counter
from collections.abc import Iterable, Mapping

from apex import tags
from apex.pricing.allocation import group
from apex.pricing.budgets import Verdict
from apex.pricing.document import plain
from apex.pricing.estimate import Bill
from apex.pricing.forecast import Forecast
from apex.pricing.quantity import ZERO, Quantity, cents
from apex.report.charts import Bar, columns, largest, rows
from apex.report.cost import amount, component_deltas, signed
from apex.report.listing import counted
from apex.report.page import BillLine, BudgetLine, Chart, Figure, Table

EXPLAINED = (
    "Low is what is certain to be used, expected what is planned for, peak what the autoscaling bounds allow. "
    "A month has 730 hours."
)
ABSENT = "—"
"""What a cell shows that has nothing to say."""
_MONEY = frozenset({1, 2, 3})
_CASES = ("Low", "Expected", "Peak")
_BARS = 7
"""How many bars of a chart can be told apart; the rest is one bar, and the table has them all."""

_STATES = {
    "within": ("holds", "good"),
    "near": ("near its limit", "warn"),
    "over": ("exceeded", "bad"),
    "lowered": ("exceeded, but lowered", "warn"),
    "unknown": ("cannot be decided", "bad"),
}


def cost_figures(bill: Bill, added: Quantity | None) -> tuple[Figure, ...]:
    """The total in its three cases, and what the change adds to it."""
    what = f"{bill.currency} a month" if bill.complete else f"{bill.currency} a month, incomplete"
    tone = "plain" if bill.complete else "bad"
    low, expected, peak = bill.monthly.cases
    figures = [
        Figure("Expected", amount(expected), what, tone),
        Figure("Low", amount(low), what, tone),
        Figure("Peak", amount(peak), what, tone),
    ]
    if added is not None:
        figures.append(Figure("This change", signed(added.expected), f"{bill.currency} a month expected"))
    return tuple(figures)


def budget_lines(verdicts: Iterable[Verdict], forecast: Forecast | None) -> tuple[BudgetLine, ...]:
    """The budgets with their verdicts, and the month each will be exceeded in."""
    exceeded = dict(forecast.exceeded) if forecast else {}
    return tuple(_budget_line(verdict, exceeded) for verdict in verdicts)


def _budget_line(verdict: Verdict, exceeded: Mapping[str, int | None]) -> BudgetLine:
    budget = verdict.budget
    state, tone = _STATES[verdict.state]
    share = verdict.spend.expected * 100 / verdict.limit if verdict.limit else None
    month = exceeded.get(budget.name)
    ahead = "holds" if month is None else f"exceeded in month {month + 1}"
    return BudgetLine(
        name=budget.name,
        scope=", ".join(f"{key} {value}" for key, value in sorted(budget.scope.items())) or "everything",
        state=state if budget.hard else f"{state} (warns only)",
        tone=tone if budget.hard or tone != "bad" else "warn",
        spend=amount(verdict.spend.expected),
        limit=amount(verdict.limit),
        period=budget.period,
        percent=ABSENT if share is None else f"{share:.0f} %",
        share=100 if share is None else min(100, int(share)),
        peak=amount(verdict.spend.peak),
        added=ABSENT if verdict.added is None else signed(verdict.added),
        exceeded=ahead if budget.name in exceeded else ABSENT,
        message=verdict.message,
    )


def cost_charts(bill: Bill, split: str, forecast: Forecast | None) -> tuple[Chart, ...]:
    """Who pays, when, and for what: the two short ones stand beside the long one."""
    teams, services = group(bill, tags.TEAM, split), group(bill, "service", split)
    charts = []
    if teams:
        charts.append(_by("Cost by owner", "Team", teams, bill.currency))
    if forecast and forecast.months:
        charts.append(_by_month(forecast, bill.currency))
    if services:
        charts.append(_by("Cost by service", "Service", services, bill.currency))
    return tuple(charts)


def _by(title: str, what: str, amounts: Mapping[str, Quantity], currency: str) -> Chart:
    bars = [Bar(_short(bar.name), bar.amount) for bar in largest(amounts, _BARS, "{} others")]
    first = bars[0]
    description = (
        f"The largest of {len(amounts)} is {first.name} with {amount(first.amount.expected)} {currency} expected."
    )
    table = Table(
        caption=f"{title}, {currency} a month",
        columns=(what, *_CASES),
        rows=[[name, *map(amount, each.cases)] for name, each in amounts.items()],
        numbers=_MONEY,
    )
    return Chart(title, rows(bars, title, description), "", table)


def _by_month(forecast: Forecast, currency: str) -> Chart:
    months = list(enumerate(forecast.months, 1))
    broken: dict[int, list[str]] = {}
    for name, month in forecast.exceeded:
        if month is not None:
            broken.setdefault(month + 1, []).append(name)
    said = [f"month {month}: {', '.join(names)}" for month, names in sorted(broken.items())]
    if said:
        note = f"▲ a budget is exceeded for the first time: {'; '.join(said)}."
    else:
        note = "No budget is exceeded within these months." if forecast.exceeded else ""
    first, last = (amount(forecast.months[i].expected) for i in (0, -1))
    title = "Cost by month"
    return Chart(
        title=title,
        drawing=columns(
            [Bar(f"{'▲' if month in broken else ''}{month}", each) for month, each in months],
            title,
            f"Expected {first} {currency} in the first month, {last} in month {len(months)}. {note}",
        ),
        note=f"Months after the deployment, with usage growing as declared. {note}".strip(),
        table=Table(
            caption=f"{title}, {currency}",
            columns=("Month", *_CASES, "Budgets exceeded for the first time"),
            rows=[[str(n), *map(amount, each.cases), ", ".join(broken.get(n, ()))] for n, each in months],
            numbers=_MONEY,
        ),
    )


def component_costs(bill: Bill, deployed: Bill | None) -> Table | None:
    """What each component costs, and what the change adds to that."""
    new, deltas = group(bill, "component"), component_deltas(bill, deployed)
    if not deltas:
        return None
    lines = []
    for name, delta in deltas.items():
        line = [name, *map(amount, new.get(name, ZERO).cases)]
        lines.append([*line, signed(delta)] if deployed else line)
    total = ["Total", *map(amount, bill.monthly.cases)]
    if deployed:
        total.append(signed(bill.monthly.expected - deployed.monthly.expected))
    return Table(
        caption=f"Cost of each component, {bill.currency} a month",
        columns=("Component", *_CASES, *(("This change",) if deployed else ())),
        rows=lines,
        numbers=frozenset({1, 2, 3, 4}),
        total=total,
    )


def unpriced(bill: Bill) -> Table | None:
    """What no figure counts, and why."""
    if bill.complete:
        return None
    return Table(
        caption="These resources cost something that nobody could say: they are in no total",
        columns=("Resource", "Type", "Why"),
        rows=[[each.name, each.type, each.unpriced or ""] for each in bill.unpriced],
    )


def bill_lines(bill: Bill) -> tuple[BillLine, ...]:
    """Every resource that costs something, the most expensive first."""
    costly = [each for each in bill.resources if each.components]
    return tuple(
        BillLine(
            name=each.name,
            type=each.type.rpartition(":")[2],
            amounts=_amounts(each.monthly),
            parts=tuple(
                (part.name, f"{plain(part.quantity.expected)} {part.unit}", *_amounts(part.monthly))
                for part in each.components
            ),
        )
        for each in sorted(costly, key=lambda each: (-cents(each.monthly.expected), each.urn))
    )


def free_count(bill: Bill) -> int:
    """How many resources are known to cost nothing."""
    return sum(1 for each in bill.resources if each.free)


def assumptions(bill: Bill) -> Table | None:
    """Where a quantity is no fact: what was assumed, and how many lines of the bill rest on it."""
    counts = Counter(part.assumption for each in bill.resources for part in each.components if part.assumption)
    if not counts:
        return None
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return Table(
        caption=f"{counted(len(ordered), 'assumption')} that the figures rest on",
        columns=("Assumption", "Lines of the bill"),
        rows=[[text, str(count)] for text, count in ordered],
        numbers=frozenset({1}),
    )


def _amounts(quantity: Quantity) -> tuple[str, str, str]:
    low, expected, peak = map(amount, quantity.cases)
    return low, expected, peak


def _short(name: str) -> str:
    """A service without its maker, which all of them have."""
    return name.removeprefix("Amazon").removeprefix("AWS") or name
