"""From inputs and packs to one judgement: rules chosen, resources judged, waivers and baseline applied."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from apex.plan import Resource
from apex.policy.catalog import Declared
from apex.policy.configuration import Configuration
from apex.policy.evaluate import Finding, Status, evaluate, set_of
from apex.policy.inputs import Input
from apex.policy.remediation import repair
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
    configuration_of: Callable[[str], Configuration] = lambda _: Configuration(),
) -> Waived:
    """The findings of `rules` on each input by itself, after waivers.

    What the baseline has already does not block, except in packs that are configured to block it all the same.
    `configuration_of` says how the packs are configured in an environment.
    """
    baseline = tuple(baseline)
    found: list[Finding] = []
    for each in inputs:
        where = environment or each.stack.rsplit("/", 1)[-1]
        configuration = configuration_of(where)
        before = {
            existing(finding)
            for state in baseline
            for finding in _findings(rules, state, declared, where, today, configuration)
        }
        for finding in _findings(rules, each, declared, where, today, configuration):
            stays = configuration.baselines.get(finding.pack, True) and existing(finding) in before
            found.append(replace(finding, status=Status.EXISTING) if stays else finding)
    return apply_waivers(set_of(found), declared.waivers, {rule.id: rule for rule in rules}, today)


def _findings(
    rules: Sequence[Rule],
    each: Input,
    declared: Declared,
    environment: str,
    today: datetime.date,
    configuration: Configuration,
) -> list[Finding]:
    present = {resource.urn for resource in each.resources}
    background = tuple(resource for resource in declared.resources if resource.urn not in present)
    context = Context(
        (*each.resources, *background),
        project=each.project,
        environment=environment,
        owners=declared.owners,
        facts=each.config,
        today=today,
    ).with_settings(configuration.settings)
    resources, told = repair(rules, configuration.levels, each.resources, context)
    if told:
        context = context.with_resources((*resources, *background))
    findings = told + evaluate([rule for rule in rules if _applies(rule, resources)], context, configuration.levels)
    chosen = present if each.chosen is None else each.chosen
    return [finding for finding in findings if not finding.urn or finding.urn in chosen]


def _applies(rule: Rule, resources: Sequence[Resource]) -> bool:
    """Whether the rule has anything to look at. A manifest alone is no stack, so rules on whole stacks do not apply."""
    is_stack = any(resource.type.startswith("pulumi:") for resource in resources)
    return rule.validate_stack is None or is_stack


def existing(finding: Finding) -> tuple[str, ...]:
    """What makes a finding the same before and after a change. Unknown values become known when deployed.

    A rule that failed has found nothing, so that two failures are never the same.
    """
    if finding.status is Status.CRASHED:
        return (str(id(finding)),)
    message = "" if finding.status is Status.UNKNOWN else finding.message
    return finding.pack, finding.rule, finding.urn, message
