"""Findings as SARIF 2.1.0, for code scanning: each points at the file and line that declared the resource, if known."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from apex.policy.evaluate import Finding, Status
from apex.policy.rule import Enforcement, Rule, Severity
from apex.report.findings import Judgement

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
"""What code scanning sorts by (`security-severity`, in the bands of CVSS)."""


def to_sarif(judgement: Judgement) -> str:
    """The judgement as one SARIF run."""
    rules = sorted(judgement.rules, key=lambda rule: (rule.pack, rule.id))
    index = {(rule.pack, rule.id): number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "apex", "rules": [_rule(rule) for rule in rules]}},
        "invocations": [
            {
                "executionSuccessful": not judgement.errors,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": error}} for error in judgement.errors
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index) for finding in judgement.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": f"{rule.pack}/{rule.id}",
        "name": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.fix}\n{rule.code}"},
        "defaultConfiguration": {"level": "warning" if rule.enforcement is Enforcement.ADVISORY else "error"},
        "properties": {
            "security-severity": _SCORE[rule.severity],
            "tags": sorted(f"{framework}:{control}" for framework, ids in rule.controls.items() for control in ids),
        },
    }


def _result(finding: Finding, index: dict[tuple[str, str], int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": f"{finding.pack}/{finding.rule}",
        "level": "error" if finding.blocks else "warning",
        "message": {"text": f"{finding.message}\nFix: {finding.fix}"},
        "locations": [_location(finding)],
        # The same finding keeps its fingerprint when lines move.
        "partialFingerprints": {
            "resourceAndRule/v1": hashlib.sha256(
                f"{finding.pack}/{finding.rule}\n{finding.urn}\n{finding.name}".encode()
            ).hexdigest()
        },
    }
    if (number := index.get((finding.pack, finding.rule))) is not None:  # a pack of others describes its own rules
        result["ruleIndex"] = number
    if finding.status is Status.WAIVED:
        result["suppressions"] = [{"kind": "external", "justification": finding.waiver}]
    if finding.status is Status.EXISTING:
        result["baselineState"] = "unchanged"
    return result


def _location(finding: Finding) -> dict[str, Any]:
    logical = {"fullyQualifiedName": finding.urn or "the stack", "kind": "resource"}
    if finding.name:
        logical["name"] = finding.name
    location: dict[str, Any] = {"logicalLocations": [logical]}
    if finding.file:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(Path(finding.file)),
            "region": {"startLine": max(finding.line, 1)},
        }
    return location


def _artifact(path: Path) -> dict[str, str]:
    """A file of the checkout by its way from there, as code scanning knows it; any other by its full address."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}
