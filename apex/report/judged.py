"""What the engine's run of the packs found, in the form of `apex check`: so both have one SARIF, JUnit and log."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence

from apex.plan import urn_parts
from apex.policy.evaluate import Finding, Status
from apex.policy.rule import Enforcement, Rule, Severity
from apex.policy.waivers import SOON_DAYS, Waived, Waiver
from apex.report.findings import Judgement
from apex.report.grouping import split_remedy
from apex.report.preview import PolicyEvent

Place = tuple[str, int]
"""A file of the repository and a line in it."""

_PLACE = re.compile(r"^(?P<file>[^\s:]+\.ya?ml):(?P<line>\d+): ")
"""How the packs begin what they say of a declaration, of which the engine knows nothing."""


def judgement_of(
    events: Iterable[PolicyEvent],
    errors: Sequence[str],
    rules: Iterable[Rule],
    waivers: Iterable[Waiver],
    resources: int,
    places: Mapping[str, Place],
    today: datetime.date,
) -> Judgement:
    """The judgement that `events` tell of. `places` says where the resource with a URN was declared.

    `today` decides which of the used waivers end soon.
    """
    known = tuple(sorted(rules, key=lambda rule: (rule.pack, rule.id)))
    by_id = {(rule.pack, rule.id): rule for rule in known}
    findings = [_finding(event, by_id.get((event.pack, event.policy)), places) for event in events]
    named = {finding.waiver for finding in findings}
    used = [waiver for waiver in waivers if str(waiver) in named]
    waived = Waived(
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        used=tuple(sorted(used)),
        unused=tuple(sorted(waiver for waiver in waivers if str(waiver) not in named)),
        ending=tuple(sorted(waiver for waiver in used if (waiver.expires - today).days <= SOON_DAYS)),
    )
    return Judgement(known, resources, waived, tuple(errors))


def _finding(event: PolicyEvent, rule: Rule | None, places: Mapping[str, Place]) -> Finding:
    message, remedy = split_remedy(event.message)
    waiver = remedy.removeprefix("Waived: ") if remedy.startswith("Waived: ") else ""
    kind, name = _identity(event.urn)
    file, line = places.get(event.urn, ("", 0))
    if told := _PLACE.match(message):
        file, line = told["file"], int(told["line"])
    return Finding(
        rule=event.policy,
        title=rule.title if rule else event.policy,
        pack=event.pack,
        severity=rule.severity if rule else Severity.HIGH,
        enforcement=Enforcement.MANDATORY if event.level == "mandatory" else Enforcement.ADVISORY,
        urn=event.urn if name else "",
        type=kind,
        name=name,
        message=message,
        fix=remedy.removeprefix("Fix: ") if not waiver else rule.fix if rule else "",
        status=Status.WAIVED if waiver else Status.FAIL,
        controls=rule.controls if rule else {},
        file=file,
        line=line,
        waiver=waiver,
    )


def _identity(urn: str) -> tuple[str, str]:
    """Type and name; both "" for the stack itself and for what is no URN."""
    try:
        _, _, kind, name = urn_parts(urn)
    except ValueError:
        return "", ""
    return ("", "") if kind == "pulumi:pulumi:Stack" else (kind, name)
