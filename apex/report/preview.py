"""A preview as people and programs read it: what changes, what it costs, who pays, and whether it is allowed."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apex.plan import urn_parts
from apex.pricing.allocation import SPLITS, groups
from apex.pricing.budgets import Verdict
from apex.pricing.document import bill_document, money
from apex.pricing.estimate import Bill
from apex.pricing.forecast import Forecast
from apex.pricing.markdown import render_markdown
from apex.pricing.quantity import Quantity, cents
from apex.pricing.render import age_warning
from apex.report.cost import difference
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
    lines = [f"{'Component':<{width}}  Changes"]
    lines += [f"{change.name:<{width}}  {_counts(dict(change.changes))}" for change in report.changes]
    all_changes = totals(report.changes)
    lines += [f"{sum(all_changes.values())} resources: {_counts(all_changes) or 'none'}", ""]
    lines += [f"{'Monthly cost, ' + report.bill.currency:<44}{'low':>12}{'expected':>12}{'peak':>12}"]
    by = groups(report.bill)
    lines += [_row(name, amount) for name, amount in by["component"].items()]
    lines.append(_row("Total" if report.bill.complete else "Total of what has a price", report.bill.monthly))
    lines.append(_row("This change adds", report.added))
    lines += ["", "By team", *(_row(f"  {name}", amount) for name, amount in by["team"].items())]
    if report.verdicts:
        lines += ["", "Budgets"]
        lines += [f"  {'BLOCKED ' if verdict.blocked else ''}{verdict.message}" for verdict in report.verdicts]
    lines += ["", *_notes(report)]
    lines += [*list_events(report.advice), *list_events(report.refusals)]
    lines += [f"error: {error}" for error in report.errors]
    return "\n".join([*lines, report.verdict]) + "\n"


def to_markdown(report: PreviewReport) -> str:
    """The report as a comment on a pull request: the verdict and refusals in sight, details folded."""
    added = cents(report.added.expected) + 0
    lines = [f"## {'✅' if report.allowed else '❌'} {_safe(report.verdict)}", ""]
    lines.append(
        f"**{cents(report.bill.monthly.expected):,.2f} {report.bill.currency} a month expected** "
        f"({added:+,.2f} by this change), {sum(totals(report.changes).values())} resources: "
        f"{_counts(totals(report.changes)) or 'none'}"
    )
    if report.errors:
        lines += ["", "### Errors", "", *(f"- {_safe(error)}" for error in report.errors)]
    if report.refusals:
        lines += ["", "### Refused", "", "| rule | resource | what and how to fix it |", "|---|---|---|"]
        lines += [_event_row(event) for event in report.refusals]
    if report.advice:
        lines += ["", f"<details><summary>{len(report.advice)} remarks</summary>", ""]
        lines += ["| rule | resource | what and how to fix it |", "|---|---|---|"]
        lines += [*(_event_row(event) for event in report.advice), "", "</details>"]
    lines += ["", "<details><summary>Changes by component</summary>", "", "| component | changes |", "|---|---|"]
    lines += [f"| {_safe(change.name)} | {_counts(dict(change.changes))} |" for change in report.changes]
    lines += ["", "</details>", ""]
    return "\n".join(lines) + "\n" + render_markdown(report.bill, report.verdicts, groups(report.bill))


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
        "findings": [
            {
                "pack": event.pack,
                "policy": event.policy,
                "level": event.level,
                "urn": event.urn,
                "message": event.message,
            }
            for event in report.events
        ],
        "errors": list(report.errors),
        "added": money(report.added),
        "cost": bill_document(report.bill, report.verdicts, groups(report.bill)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _notes(report: PreviewReport) -> list[str]:
    bill = report.bill
    lines = [f"note: {finding.urn.rpartition('::')[2]}: {finding.message}" for finding in bill.findings]
    if bill.unpriced:
        lines.append(f"{len(bill.unpriced)} resources without a price are not in the total:")
        lines += [f"  {r.type.rpartition(':')[2]} {r.name}: {r.unpriced}" for r in bill.unpriced]
    lines.append(f"Prices as of {bill.catalogue_date}; `apex cost` shows every line of the bill.")
    warning = age_warning(bill)
    return [*lines, f"warning: {warning}"] if warning else lines


def _row(name: str, amount: Quantity) -> str:
    low, expected, peak = (f"{cents(case) + 0:,.2f}" for case in amount.cases)
    return f"{name[:43]:<44}{low:>12}{expected:>12}{peak:>12}"


def _counts(changes: Mapping[str, int]) -> str:
    return ", ".join(f"{SIGNS.get(op, '')}{count} {op}".strip() for op, count in changes.items())


def _event_row(event: PolicyEvent) -> str:
    try:
        name = urn_parts(event.urn)[3]
    except ValueError:
        name = event.urn
    return f"| {event.pack}/{event.policy} | {_safe(name)} | {_safe(event.message)} |"


def _safe(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "\\|").replace("\n", "<br>")
