"""Findings as reports show them: one group a rule, and in it what was found, once for each way to mend it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from apex.plan import urn_parts
from apex.policy.evaluate import Finding, Status

if TYPE_CHECKING:
    from apex.report.preview import PolicyEvent

_REMEDIES = ("Fix: ", "Waived: ")
"""How a pack ends a finding's message, on a line of its own: with what to do, or with who accepted it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on one resource; `subject` is "" for the stack itself."""

    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule, by what mends or excuses them. `level`: refused, waived, existing, or the engine's."""

    level: str
    pack: str
    rule: str
    remedies: Mapping[str, tuple[Found, ...]]
    severity: str = ""
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many findings these are."""
        return sum(len(found) for found in self.remedies.values())


def group_events(events: Iterable["PolicyEvent"]) -> Iterator[Group]:
    """The groups of `events`, which are sorted by pack and policy."""
    for (level, pack, policy), found in groupby(events, key=lambda event: (event.level, event.pack, event.policy)):
        remedies: dict[str, list[Found]] = {}
        for event in found:
            message, remedy = split_remedy(event.message)
            remedies.setdefault(remedy, []).append(Found(subject_of(event.urn), message))
        yield Group("refused" if level == "mandatory" else level, pack, policy, _frozen(remedies))


def group_findings(findings: Iterable[Finding]) -> Iterator[Group]:
    """The groups of `findings`, refusals first, then by severity, pack and rule."""
    ordered = sorted(findings, key=lambda f: (not f.blocks, f.severity.rank, f.pack, f.rule, _level(f)))
    for (level, pack, rule), found in groupby(ordered, key=lambda f: (_level(f), f.pack, f.rule)):
        remedies: dict[str, list[Found]] = {}
        several = list(found)
        for finding in several:
            remedy = f"Waived: {finding.waiver}" if finding.waiver else f"Fix: {finding.fix}"
            remedies.setdefault(remedy, []).append(Found(_subject(finding), finding.message))
        first = several[0]
        yield Group(level, pack, rule, _frozen(remedies), first.severity.value, first.controls)


def split_remedy(message: str) -> tuple[str, str]:
    """What a pack found, and what mends or excuses it; the second is "" where the message names nothing."""
    for remedy in _REMEDIES:
        text, found, rest = message.rpartition(f"\n  {remedy}")
        if found:
            return text, f"{remedy}{rest}"
    return message, ""


def subject_of(urn: str) -> str:
    """Name and type of the resource; "" for the stack itself, of which a message says what it is about."""
    try:
        _, _, kind, name = urn_parts(urn)
    except ValueError:
        return urn
    return "" if kind == "pulumi:pulumi:Stack" else f"{name} ({kind})"


def waivers_used(groups: Iterable[Group]) -> dict[str, int]:
    """The waivers that `groups` name, and how many findings each excuses; sorted."""
    counts: dict[str, int] = {}
    for group in groups:
        for remedy, found in group.remedies.items():
            if remedy.startswith("Waived: "):
                name = remedy.removeprefix("Waived: ")
                counts[name] = counts.get(name, 0) + len(found)
    return dict(sorted(counts.items()))


def _level(finding: Finding) -> str:
    if finding.blocks:
        return "refused"
    if finding.status in (Status.WAIVED, Status.EXISTING):
        return finding.status.value
    return "advisory"


def _subject(finding: Finding) -> str:
    what = f"{finding.name} ({finding.type})" if finding.name else ""
    place = f"{finding.file}:{finding.line}" if finding.file else ""
    return ", ".join(part for part in (what, place) if part)


def _frozen(remedies: Mapping[str, list[Found]]) -> dict[str, tuple[Found, ...]]:
    return {remedy: tuple(found) for remedy, found in remedies.items()}
