"""From inputs and packs to one judgement: rules chosen, resources judged, waivers and baseline applied."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from apex.plan import Resource
from apex.policy.catalog import Declared
from apex.policy.evaluate import Finding, Status, evaluate, set_of
from apex.policy.inputs import Input
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context
from apex.policy.waivers import Waived, apply_waivers


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rules to run: those of a framework, those at least as severe as `severity`."""

    framework: str = ""
    severity: Severity = Severity.LOW

    def of(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """The chosen rules, sorted by pack and id."""
        chosen = (
            rule
            for rule in rules
            if rule.severity.rank <= self.severity.rank and (not self.framework or self.framework in rule.controls)
        )
        return tuple(sorted(chosen, key=lambda rule: (rule.pack, rule.id)))


def judge(
    rules: Sequence[Rule],
    inputs: Iterable[Input],
    declared: Declared,
    environment: str,
    today: datetime.date,
    baseline: Iterable[Input] = (),
) -> Waived:
    """The findings of `rules` on each input by itself, after waivers. What the baseline has already does not block."""
    findings = [finding for each in inputs for finding in _findings(rules, each, declared, environment)]
    before = {_key(finding) for each in baseline for finding in _findings(rules, each, declared, environment)}
    marked = [
        replace(finding, status=Status.EXISTING) if _key(finding) in before else finding for finding in set_of(findings)
    ]
    return apply_waivers(marked, declared.waivers, {rule.id: rule for rule in rules}, today)


def _findings(rules: Sequence[Rule], each: Input, declared: Declared, environment: str) -> list[Finding]:
    context = Context(
        each.resources,
        project=each.project,
        environment=environment or each.stack.rsplit("/", 1)[-1],
        owners=declared.owners,
        facts=each.config,
    )
    return evaluate([rule for rule in rules if _applies(rule, each.resources)], context)


def _applies(rule: Rule, resources: Sequence[Resource]) -> bool:
    """Whether the rule has anything to look at. A manifest alone is no stack, so rules on whole stacks do not apply."""
    is_stack = any(resource.type.startswith("pulumi:") for resource in resources)
    return rule.validate_stack is None or is_stack


def _key(finding: Finding) -> tuple[str, str, str, str]:
    """What makes a finding the same before and after a change. Unknown values become known when deployed."""
    message = "" if finding.status is Status.UNKNOWN else finding.message
    return finding.pack, finding.rule, finding.urn, message
