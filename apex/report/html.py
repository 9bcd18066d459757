"""The pages of `apex preview`, `apex cost` and `apex check`: what their other forms say, in one HTML file."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from apex.policy.waivers import SOON_DAYS, Waived
from apex.pricing.estimate import Bill
from apex.pricing.render import age_warning
from apex.report.bill_view import (
    ABSENT,
    EXPLAINED,
    assumptions,
    bill_lines,
    budget_lines,
    component_costs,
    cost_charts,
    cost_figures,
    free_count,
    unpriced,
)
from apex.report.cost import CostReport, amount, signed
from apex.report.findings import Judgement
from apex.report.grouping import Group, group_events, group_findings, waivers_used
from apex.report.listing import counted
from apex.report.page import Figure, Page, Table, render
from apex.report.plan import totals
from apex.report.preview import PreviewReport, operations


def preview_to_html(report: PreviewReport, today: date | None = None) -> str:
    """The page of a preview. `today` is what the age of the prices is told from; the clock's day where not given."""
    refused, remarks = tuple(group_events(report.refusals)), tuple(group_events(report.advice))
    bill = report.bill
    changed = totals(report.changes)
    figures = (
        *cost_figures(bill, report.added),
        Figure("Resources", str(sum(changed.values())), operations(changed) or "nothing changes"),
        *_budget_figure(sum(verdict.blocked for verdict in report.verdicts), len(report.verdicts)),
    )
    return render(
        Page(
            title=f"Preview of {report.environment}",
            verdict=report.verdict,
            tone="good" if report.allowed else "bad",
            currency=bill.currency,
            figures=figures,
            warnings=_warnings(bill, today),
            errors=report.errors,
            refused=refused,
            remarks=remarks,
            budgets=budget_lines(report.verdicts, report.forecast),
            charts=cost_charts(bill, report.split, report.forecast),
            changes=_changes(report),
            waivers=_waivers(waivers_used((*refused, *remarks)), report.waived),
            unpriced=unpriced(bill),
            bill=bill_lines(bill),
            free=free_count(bill),
            assumptions=assumptions(bill),
            notes=_notes(bill, f"Judged by {', '.join(report.packs) or 'no policy pack'}."),
        )
    )


def cost_to_html(report: CostReport, today: date | None = None) -> str:
    """The page of a bill alone: nothing is judged but the budgets, and those refuse nothing here."""
    bill = report.bill
    over = sum(verdict.blocked for verdict in report.verdicts)
    name = "/".join(part for part in (bill.project, bill.stack) if part) or "the plan"
    return render(
        Page(
            title=f"Monthly cost of {name}",
            verdict=f"{counted(over, 'budget')} would be broken" if over else "The monthly bill",
            tone="bad" if over else "plain",
            currency=bill.currency,
            figures=(
                *cost_figures(bill, report.added),
                Figure("Resources", str(len(bill.resources)), f"{free_count(bill)} known to be free"),
                *_budget_figure(over, len(report.verdicts)),
            ),
            warnings=_warnings(bill, today),
            budgets=budget_lines(report.verdicts, report.forecast),
            charts=cost_charts(bill, report.split, report.forecast),
            changes=component_costs(bill, report.deployed),
            changes_title="What changes" if report.deployed else "Cost by component",
            unpriced=unpriced(bill),
            bill=bill_lines(bill),
            free=free_count(bill),
            assumptions=assumptions(bill),
            notes=_notes(bill),
            judged=False,
        )
    )


def findings_to_html(judgement: Judgement) -> str:
    """The page of the rules' findings alone."""
    groups = tuple(group_findings(judgement.findings))
    waived = judgement.waived
    return render(
        Page(
            title="Findings of the policies",
            verdict=judgement.summary(),
            tone="bad" if judgement.refused else "good",
            refused=tuple(group for group in groups if group.level == "refused"),
            remarks=tuple(group for group in groups if group.level != "refused"),
            waivers=_waivers(waivers_used(groups), waived),
            notes=(
                f"{counted(len(judgement.rules), 'rule')} looked at {counted(judgement.resources, 'resource')}.",
                *_levels(groups),
            ),
        )
    )


def _changes(report: PreviewReport) -> Table | None:
    """Each component's operations beside what it costs."""
    counts: dict[str, Counter[str]] = {}
    for change in report.changes:
        counts.setdefault(change.name, Counter()).update(dict(change.changes))
    costs = component_costs(report.bill, report.deployed)
    amounts = {row[0]: list(row[1:]) for row in costs.rows} if costs else {}
    names = sorted({*counts, *amounts})
    if not names:
        return None
    nothing = [ABSENT] * 4
    return Table(
        caption=f"Components, what becomes of their resources, and their cost a month in {report.bill.currency}",
        columns=("Component", "Resources", "Low", "Expected", "Peak", "This change"),
        rows=[
            [name, operations(dict(sorted(counts.get(name, Counter()).items()))), *amounts.get(name, nothing)]
            for name in names
        ],
        numbers=frozenset({2, 3, 4, 5}),
        total=["Total", operations(totals(report.changes)), *_total(report)],
    )


def _total(report: PreviewReport) -> list[str]:
    return [*map(amount, report.bill.monthly.cases), signed(report.added.expected)]


def _waivers(used: Mapping[str, int], waived: Waived) -> Table | None:
    soon = {str(waiver) for waiver in waived.ending}
    rows = [[waiver, counted(count, "finding"), "yes" if waiver in soon else ""] for waiver, count in used.items()]
    rows += [[str(waiver), "nothing: it is unused", ""] for waiver in waived.unused]
    columns = ("Waiver", "Covers", f"Ends within {SOON_DAYS} days")
    return Table("Who accepted what, until when, and why", columns, rows) if rows else None


def _budget_figure(over: int, count: int) -> tuple[Figure, ...]:
    if not count:
        return ()
    return (Figure("Budgets", f"{count - over} of {count}", "hold", "bad" if over else "good"),)


def _warnings(bill: Bill, today: date | None) -> tuple[str, ...]:
    found = []
    if bill.unpriced:
        found.append(
            f"{counted(len(bill.unpriced), 'resource')} without a price: what they cost is missing from every figure "
            "on this page, and is not nothing."
        )
    if warning := age_warning(bill, today):
        found.append(f"{warning[:1].upper()}{warning[1:]}.")
    found += [f"{finding.urn.rpartition('::')[2]}: {finding.message}" for finding in bill.findings]
    return tuple(found)


def _notes(bill: Bill, *more: str) -> tuple[str, ...]:
    return (f"Prices as of {bill.catalogue_date}, list prices in {bill.currency}.", EXPLAINED, *more)


def _levels(groups: Iterable[Group]) -> tuple[str, ...]:
    if any(group.level == "existing" for group in groups):
        return ("What is marked existing was there before this change and does not block it.",)
    return ()
