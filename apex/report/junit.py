"""Findings as JUnit XML, for CI systems that show test results: a suite per pack, a case per rule and finding."""

import xml.etree.ElementTree as ET

from apex.policy.evaluate import Finding, Status
from apex.report.findings import Judgement


def to_junit(judgement: Judgement) -> str:
    """The judgement as JUnit XML."""
    suites = ET.Element("testsuites", name="apex")
    for pack in sorted({rule.pack for rule in judgement.rules} | {finding.pack for finding in judgement.findings}):
        rules = sorted(rule.id for rule in judgement.rules if rule.pack == pack)
        found = [finding for finding in judgement.findings if finding.pack == pack]
        broken = {finding.rule for finding in found}
        suite = ET.SubElement(suites, "testsuite", name=pack)
        for rule in rules:
            if rule not in broken:
                ET.SubElement(suite, "testcase", classname=pack, name=rule)
        for finding in found:
            _case(suite, finding)
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(sum(f.blocks and f.status is not Status.CRASHED for f in found)))
        suite.set("errors", str(sum(f.blocks and f.status is Status.CRASHED for f in found)))
        suite.set("skipped", str(sum(not f.blocks for f in found)))
    if judgement.errors:
        count = str(len(judgement.errors))
        suite = ET.SubElement(suites, "testsuite", name="engine", tests=count, failures="0", errors=count, skipped="0")
        for number, error in enumerate(judgement.errors, 1):
            case = ET.SubElement(suite, "testcase", classname="engine", name=f"error {number}")
            ET.SubElement(case, "error", message=error)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _case(suite: ET.Element, finding: Finding) -> None:
    name = f"{finding.rule} {finding.urn or finding.name}".strip()
    case = ET.SubElement(suite, "testcase", classname=finding.pack, name=name)
    if finding.file:
        case.set("file", finding.file)
        case.set("line", str(finding.line))
    text = finding.waiver or f"{finding.message}\nFix: {finding.fix}"
    if not finding.blocks:
        ET.SubElement(case, "skipped", message=text)
        return
    tag = "error" if finding.status is Status.CRASHED else "failure"
    ET.SubElement(case, tag, message=finding.message, type=finding.severity.value).text = text
