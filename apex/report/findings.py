"""What the rules found, as a table for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apex.policy.evaluate import Finding, Status
from apex.policy.rule import Rule
from apex.policy.waivers import Waived, Waiver
from apex.report.listing import counted


@dataclass(frozen=True, slots=True)
class Judgement:
    """One run of the rules: what was looked at, by which rules, and what they found.

    `errors` are what kept a preview from seeing all there is; with any, nothing is allowed.
    """

    rules: tuple[Rule, ...]
    resources: int
    waived: Waived
    errors: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, refusals first."""
        return self.waived.findings

    @property
    def refused(self) -> int:
        """How many findings refuse the change."""
        return sum(finding.blocks for finding in self.findings)

    @property
    def status(self) -> int:
        """The exit status: 0 allowed, 1 refused."""
        return 1 if self.refused or self.errors else 0

    def summary(self) -> str:
        """One line: the verdict and its figures."""
        advice = sum(not f.blocks and f.status not in (Status.WAIVED, Status.EXISTING) for f in self.findings)
        waived = sum(f.status is Status.WAIVED for f in self.findings)
        existing = sum(f.status is Status.EXISTING for f in self.findings)
        parts = [f"{self.refused} refused", f"{advice} advised", f"{waived} waived"]
        if existing:
            parts.append(f"{existing} existed before")
        if self.errors:
            parts.append(counted(len(self.errors), "error"))
        verdict = "Refused" if self.status else "Allowed"
        return f"{verdict}: {', '.join(parts)} ({len(self.rules)} rules, {self.resources} resources)"


def to_json(judgement: Judgement) -> str:
    """The judgement as JSON: sorted, the same for the same input."""
    document = {
        "allowed": judgement.status == 0,
        "resources": judgement.resources,
        "rules": len(judgement.rules),
        "findings": [finding_as_data(finding) for finding in judgement.findings],
        "waivers": {
            "used": [_waiver(waiver) for waiver in judgement.waived.used],
            "unused": [_waiver(waiver) for waiver in judgement.waived.unused],
            "endingSoon": [_waiver(waiver) for waiver in judgement.waived.ending],
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def finding_as_data(finding: Finding) -> dict[str, Any]:
    """One finding as JSON data."""
    data: dict[str, Any] = {
        "rule": finding.rule,
        "pack": finding.pack,
        "severity": finding.severity.value,
        "enforcement": finding.enforcement.value,
        "blocks": finding.blocks,
        "status": finding.status.value,
        "resource": finding.urn,
        "type": finding.type,
        "name": finding.name,
        "message": finding.message,
        "fix": finding.fix,
        "controls": {framework: list(ids) for framework, ids in sorted(finding.controls.items())},
    }
    if finding.file:
        data |= {"file": finding.file, "line": finding.line}
    if finding.waiver:
        data["waiver"] = finding.waiver
    return data


def to_table(judgement: Judgement) -> str:
    """The judgement for a terminal: each finding with what to do, then the waivers, then the verdict."""
    lines: list[str] = []
    for finding in judgement.findings:
        mark = "✗" if finding.blocks else "○" if finding.status is Status.WAIVED else "!"
        lines.append(f"{mark} {finding.severity.value:<8} {finding.pack}/{finding.rule}  {_subject(finding)}")
        lines.append(f"    {finding.message}")
        lines.append(f"    {finding.waiver}" if finding.waiver else f"    fix: {finding.fix}")
    lines += waiver_notes(judgement.waived)
    return "\n".join([*lines, judgement.summary()]) + "\n"


def waiver_notes(waived: Waived) -> list[str]:
    """What to say of waivers that excuse nothing, and of those that will end."""
    lines = [f"waiver unused: {waiver.name} ({waiver.policy} on {waiver.resource})" for waiver in waived.unused]
    return lines + [f"waiver ends soon: {waiver.name} on {waiver.expires}" for waiver in waived.ending]


def to_markdown(judgement: Judgement) -> str:
    """The judgement for a pull request: the verdict, what is refused, and the rest collapsed."""
    refused = [finding for finding in judgement.findings if finding.blocks]
    others = [finding for finding in judgement.findings if not finding.blocks]
    lines = [f"### Policies: {judgement.summary()}", ""]
    lines += _markdown_table(refused)
    if others:
        lines += ["<details><summary>Advice and waivers</summary>", "", *_markdown_table(others), "</details>", ""]
    return "\n".join(lines).rstrip() + "\n"


def _markdown_table(findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    rows = [
        f"| {finding.severity.value} | {finding.rule} | {_cell(_subject(finding))} | {_cell(finding.message)} "
        f"| {_cell(finding.waiver or finding.fix)} |"
        for finding in findings
    ]
    return ["| severity | rule | resource | found | fix |", "|---|---|---|---|---|", *rows, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _subject(finding: Finding) -> str:
    what = f"{finding.name} ({finding.type})" if finding.name else "the stack"
    return f"{what} {finding.file}:{finding.line}" if finding.file else what


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "name": waiver.name,
        "policy": waiver.policy,
        "resource": waiver.resource,
        "reason": waiver.reason,
        "approvedBy": waiver.approved_by,
        "expires": waiver.expires.isoformat(),
        "issue": waiver.issue,
    }
