"""A preview as people and programs read it: what changes, what it costs, who pays, and whether it is allowed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apex.policy.waivers import Waived
from apex.pricing.allocation import SPLITS, groups
from apex.pricing.budgets import Verdict
from apex.pricing.document import bill_document, money
from apex.pricing.estimate import Bill
from apex.pricing.forecast import Forecast
from apex.pricing.quantity import Quantity, cents
from apex.pricing.render import age_warning
from apex.report.cost import difference
from apex.report.findings import waiver_notes
from apex.report.listing import counted, list_events
from apex.report.plan import SIGNS, ComponentChange, totals


@dataclass(frozen=True, order=True, slots=True)
class PolicyEvent:
    """What a rule said of a resource. `level` is the engine's: mandatory, advisory, remediate or disabled."""

    pack: str
    policy: str
    urn: str
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """One run of the engine, priced and judged. `deployed` is the bill of what stands now."""

    environment: str
    changes: tuple[ComponentChange, ...]
    bill: Bill
    deployed: Bill
    verdicts: tuple[Verdict, ...]
    events: tuple[PolicyEvent, ...]
    errors: tuple[str, ...]
    packs: tuple[str, ...]
    forecast: Forecast | None = None
    split: str = SPLITS[0]
    waived: Waived = field(default_factory=lambda: Waived(()))

    @property
    def refusals(self) -> tuple[PolicyEvent, ...]:
        """What blocks."""
        return tuple(event for event in self.events if event.level == "mandatory")

    @property
    def advice(self) -> tuple[PolicyEvent, ...]:
        """What was said and does not block."""
        return tuple(event for event in self.events if event.level != "mandatory")

    @property
    def allowed(self) -> bool:
        """Whether the change may be deployed."""
        return not self.refusals and not self.errors

    @property
    def added(self) -> Quantity:
        """What the change adds to the monthly bill."""
        return difference(self.bill.monthly, self.deployed.monthly)

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.errors:
            return f"{self.environment} cannot be planned: {counted(len(self.errors), 'error')}"
        if self.refusals:
            return f"{self.environment} is refused: {counted(len(self.refusals), 'finding')} of {', '.join(self.packs)}"
        return f"{self.environment} is allowed by {', '.join(self.packs) or 'no policy pack'}"


def to_text(report: PreviewReport) -> str:
    """The report for a terminal; the verdict comes last."""
    width = max([len(change.name) for change in report.changes] + [9])
    lines = [f"{'Component':<{width}}  Changes"] if report.changes else []
    lines += [f"{change.name:<{width}}  {operations(dict(change.changes))}" for change in report.changes]
    all_changes = totals(report.changes)
    lines += [f"{counted(sum(all_changes.values()), 'resource')}: {operations(all_changes) or 'none'}", ""]
    lines += [f"{'Monthly cost, ' + report.bill.currency:<44}{'low':>12}{'expected':>12}{'peak':>12}"]
    by = groups(report.bill, report.split)
    lines += [_row(name, amount) for name, amount in by["component"].items()]
    lines.append(_row("Total" if report.bill.complete else "Total of what has a price", report.bill.monthly))
    lines.append(_row("This change adds", report.added))
    if by["team"]:
        lines += ["", "By team", *(_row(f"  {name}", amount) for name, amount in by["team"].items())]
    if report.verdicts:
        lines += ["", "Budgets"]
        lines += [f"  {'BLOCKED ' if verdict.blocked else ''}{verdict.message}" for verdict in report.verdicts]
    if months := ahead(report):
        lines += ["", "Twelve months ahead", *(f"  {line}" for line in months)]
    lines += ["", *_notes(report)]
    lines += [*list_events(report.advice), *list_events(report.refusals)]
    lines += [f"error: {error}" for error in report.errors]
    return "\n".join([*lines, report.verdict]) + "\n"


def to_json(report: PreviewReport) -> str:
    """The report for programs: the bill in the form of `apex cost`, and beside it the plan and the findings."""
    document: dict[str, Any] = {
        "environment": report.environment,
        "allowed": report.allowed,
        "packs": list(report.packs),
        "changes": [
            {"component": change.name, "type": change.type, "operations": dict(change.changes)}
            for change in report.changes
        ],
        "findings": events_as_data(report.events),
        "errors": list(report.errors),
        "added": money(report.added),
        "cost": bill_document(report.bill, report.verdicts, groups(report.bill, report.split), report.forecast),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def events_as_data(events: Iterable[PolicyEvent]) -> list[dict[str, str]]:
    """What the policies said, as JSON data."""
    return [
        {"pack": each.pack, "policy": each.policy, "level": each.level, "urn": each.urn, "message": each.message}
        for each in events
    ]


def operations(changes: Mapping[str, int]) -> str:
    """`+3 create, ~1 update`, as the engine's own display marks them."""
    return ", ".join(f"{SIGNS.get(op, '')}{count} {op}".strip() for op, count in changes.items())


def ahead(report: PreviewReport) -> list[str]:
    """What twelve months of declared growth do to the bill, and to the budgets that they break; nothing without."""
    if report.forecast is None or not report.forecast.months:
        return []
    first, last = (cents(report.forecast.months[i].expected) for i in (0, -1))
    lines = [f"expected {first:,.2f} in month 1, {last:,.2f} in month {len(report.forecast.months)}"]
    broken = [(month + 1, name) for name, month in report.forecast.exceeded if month is not None]
    return lines + [f"budget {name}: exceeded in month {month}" for month, name in sorted(broken)]


def _notes(report: PreviewReport) -> list[str]:
    bill = report.bill
    lines = [f"note: {finding.urn.rpartition('::')[2]}: {finding.message}" for finding in bill.findings]
    if bill.unpriced:
        lines.append(f"{counted(len(bill.unpriced), 'resource')} without a price, not in the total:")
        lines += [f"  {r.type.rpartition(':')[2]} {r.name}: {r.unpriced}" for r in bill.unpriced]
    lines.append(f"Prices as of {bill.catalogue_date}; `apex cost` shows every line of the bill.")
    lines += waiver_notes(report.waived)
    warning = age_warning(bill)
    return [*lines, f"warning: {warning}"] if warning else lines


def _row(name: str, amount: Quantity) -> str:
    low, expected, peak = (f"{cents(case) + 0:,.2f}" for case in amount.cases)
    return f"{name[:43]:<44}{low:>12}{expected:>12}{peak:>12}"
