"""A preview as a comment on a pull request: the verdict, refusals, totals and budgets in sight, the rest folded.

A comment holds 65,536 characters. What is too long loses its least important parts, and says which.
"""

import html
from collections.abc import Iterable, Sequence

from apex.plan import urn_parts
from apex.pricing.allocation import groups
from apex.pricing.markdown import every_resource, months_ahead, priced_as_of, summary, unpriced
from apex.pricing.quantity import cents
from apex.report.cost import component_deltas, signed
from apex.report.findings import waiver_notes
from apex.report.listing import counted
from apex.report.plan import totals
from apex.report.preview import PolicyEvent, PreviewReport, ahead, operations

LIMIT = 65_000
"""Less than GitHub takes: whoever posts the report adds a line or two of their own."""
_HEAD = ("| rule | resource | what and how to fix it |", "|---|---|---|")
_LONG = 2_000
"""Letters of one message or error that are shown; the rest is in the report's other forms."""


def to_markdown(report: PreviewReport) -> str:
    """The report, at most `LIMIT` characters of it."""
    by = groups(report.bill, report.split)
    notes = _notes(report)
    head = [*_verdict(report), *_errors(report.errors)]
    # What may be left out, the first of them first; the order on the page is another.
    spare = {
        "every resource of the bill": every_resource(report.bill),
        "the forecast": months_ahead(report.forecast),
        "the changes by component": _changes(report),
        "the remarks": _remarks(report),
        "the resources without a price": unpriced(report.bill),
    }
    left_out: list[str] = []
    body = [*summary(report.bill, report.verdicts, by), *notes]

    def page(refused: Sequence[str]) -> str:
        details = [line for name, lines in reversed(spare.items()) if name not in left_out for line in lines]
        foot = ["", priced_as_of(report.bill)]
        if left_out:
            foot += ["", f"_Too long for a comment, so left out: {', '.join(left_out)}. `apex preview` has all of it._"]
        return "\n".join([*head, *refused, "", *body, *details, *foot]) + "\n"

    refused = _refused(report.refusals)
    for name in spare:
        if len(page(refused)) <= LIMIT:
            return page(refused)
        left_out.append(name)
    shown = len(report.refusals)
    while len(page(refused)) > LIMIT and shown:
        shown //= 2
        refused = _refused(report.refusals, shown)
    return page(refused)


def event_table(events: Iterable[PolicyEvent]) -> list[str]:
    """A row for each of `events`; nothing without any."""
    rows = [
        f"| {safe(f'{each.pack}/{each.policy}')} | {safe(_name(each.urn))} | {safe(each.message)} |" for each in events
    ]
    return [*_HEAD, *rows] if rows else []


def safe(text: str) -> str:
    """`text` as it is, whatever it holds, inside a cell of a table."""
    shown = text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text) - _LONG} more characters)"
    return html.escape(shown, quote=False).replace("|", "\\|").replace("\r", "").replace("\n", "<br>")


def _verdict(report: PreviewReport) -> list[str]:
    what = (
        "" if report.bill.complete else f", without {counted(len(report.bill.unpriced), 'resource')} that has no price"
    )
    changed = totals(report.changes)
    return [
        f"## {'✅' if report.allowed else '❌'} {safe(report.verdict)}",
        "",
        f"**{cents(report.bill.monthly.expected):,.2f} {report.bill.currency} a month expected{what}** "
        f"({signed(report.added.expected)} by this change), {counted(sum(changed.values()), 'resource')}: "
        f"{operations(changed) or 'none'}",
    ]


def _errors(errors: Sequence[str]) -> list[str]:
    if not errors:
        return []
    shown = errors[:20]
    more = [f"- and {counted(len(errors) - len(shown), 'more error')}"] if len(errors) > len(shown) else []
    return ["", "### Errors", "", *(f"- {safe(error)}" for error in shown), *more]


def _refused(refusals: Sequence[PolicyEvent], shown: int | None = None) -> list[str]:
    if not refusals:
        return []
    kept = refusals if shown is None else refusals[:shown]
    lines = ["", "### Refused", "", *event_table(kept)]
    if len(kept) < len(refusals):
        lines += ["", f"_and {counted(len(refusals) - len(kept), 'more finding')}, too long for a comment_"]
    return lines


def _remarks(report: PreviewReport) -> list[str]:
    if not report.advice:
        return []
    summary = f"<details><summary>{counted(len(report.advice), 'remark')}</summary>"
    return ["", summary, "", *event_table(report.advice), "", "</details>"]


def _changes(report: PreviewReport) -> list[str]:
    deltas = component_deltas(report.bill, report.deployed)
    if not report.changes and not deltas:
        return []
    lines = ["", "<details><summary>Changes by component</summary>", ""]
    lines += [f"| component | changes | {report.bill.currency} a month |", "|---|---|---:|"]
    named: set[str] = set()
    for change in report.changes:
        delta = signed(deltas[change.name]) if change.name in deltas and change.name not in named else ""
        named.add(change.name)
        lines.append(f"| {safe(change.name)} | {operations(dict(change.changes))} | {delta} |")
    lines += [f"| {safe(name)} | | {signed(delta)} |" for name, delta in deltas.items() if name not in named]
    return [*lines, "", "</details>"]


def _notes(report: PreviewReport) -> list[str]:
    said = [*ahead(report)[1:], *waiver_notes(report.waived)]
    return ["", *(f"- {safe(line)}" for line in said)] if said else []


def _name(urn: str) -> str:
    try:
        return urn_parts(urn)[3]
    except ValueError:
        return urn
