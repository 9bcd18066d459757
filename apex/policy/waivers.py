"""Exceptions to policies: who accepted what, for which resource, why, and until when."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from apex.policy.evaluate import Finding, Status
from apex.policy.rule import Rule

MAX_DAYS = 90
"""How far ahead a waiver may end: what is accepted for longer is a change of the policy."""
SOON_DAYS = 14
"""How long before its end a waiver is warned about."""


@dataclass(frozen=True, order=True, slots=True)
class Waiver:
    """One rule that the resources whose URN or name fit a pattern may break until a day (that day included)."""

    name: str
    policy: str
    resource: str
    reason: str
    approved_by: str
    expires: datetime.date
    issue: str
    file: str = ""
    line: int = 0

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding, expired or not. The policy may be written `pack/rule`."""
        if self.policy not in (finding.rule, f"{finding.pack}/{finding.rule}"):
            return False
        return fnmatchcase(finding.urn, self.resource) or fnmatchcase(finding.name, self.resource)

    def problem(self, today: datetime.date) -> str:
        """Why it does not hold on `today`; "" if it does."""
        if self.expires < today:
            ago = (today - self.expires).days
            return f"waiver {self.name} expired on {self.expires}, {ago} day{'s' if ago != 1 else ''} ago"
        if (self.expires - today).days > MAX_DAYS:
            return f"waiver {self.name} ends on {self.expires}, more than {MAX_DAYS} days ahead, and so does not hold"
        return ""

    def __str__(self) -> str:
        return f"waiver {self.name} until {self.expires} by {self.approved_by}: {self.reason} ({self.issue})"


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings after the waivers, and what became of the waivers themselves."""

    findings: tuple[Finding, ...]
    used: tuple[Waiver, ...] = ()
    unused: tuple[Waiver, ...] = ()
    ending: tuple[Waiver, ...] = ()


def apply_waivers(
    findings: Iterable[Finding], waivers: Sequence[Waiver], rules: Mapping[str, Rule], today: datetime.date
) -> Waived:
    """Mark the findings that a waiver covers. One that has expired, or may not cover the rule, is told and blocks."""
    judged: list[Finding] = []
    used: set[Waiver] = set()
    for finding in findings:
        waiver = next((each for each in sorted(waivers) if each.covers(finding)), None)
        if waiver is None or finding.status is Status.REPAIRED:
            judged.append(finding)
            continue
        problem = _refusal(waiver, finding, rules, today)
        if problem:
            judged.append(replace(finding, message=f"{finding.message} ({problem})"))
        else:
            used.add(waiver)
            judged.append(replace(finding, status=Status.WAIVED, waiver=str(waiver)))
    return Waived(
        findings=tuple(sorted(judged, key=lambda finding: finding.order)),
        used=tuple(sorted(used)),
        unused=tuple(sorted(waiver for waiver in waivers if waiver not in used)),
        ending=tuple(sorted(waiver for waiver in used if (waiver.expires - today).days <= SOON_DAYS)),
    )


def _refusal(waiver: Waiver, finding: Finding, rules: Mapping[str, Rule], today: datetime.date) -> str:
    if finding.status is Status.CRASHED:
        return f"waiver {waiver.name} cannot cover a rule that failed"
    rule = rules.get(finding.rule)
    if rule is not None and not rule.waivable:
        return f"waiver {waiver.name} does not hold: {finding.rule} cannot be waived"
    return waiver.problem(today)
