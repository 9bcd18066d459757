"""Every rule of every pack on its named fixtures: passing, failing and unknown.

Each fixture is judged twice: on plain data through the analyzer, as the engine asks, and through the policy SDK's
unknown-checking proxy. Both must agree.
"""

import dataclasses
import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy.proxy import unknown_checking_proxy

from apex.engine.crossguard import Analyzer
from apex.engine.facts import RunFacts
from apex.plan import SECRET, UNKNOWN, UNKNOWN_SENTINEL, Resource
from apex.policy.evaluate import Finding, Status, evaluate
from apex.policy.frameworks import frameworks
from apex.policy.packs import load_packs
from apex.policy.remediation import changes, repaired
from apex.policy.rule import Enforcement, Rule, Scope
from apex.policy.stack import Context, Owners

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
PACKS = load_packs(ROOT / "policy_packs")
RULES = {(pack.name, rule.id): rule for pack in PACKS for rule in pack.rules}
SECTIONS = {
    "pass": None,
    "pass_in_dev": None,
    "fail": Status.FAIL,
    "fail_in_dev": Status.FAIL,
    "unknown": Status.UNKNOWN,
}
TODAY = datetime.date(2026, 11, 21)
OWNERS = Owners(frozenset({"vision", "speech"}), frozenset({"cc-100", "cc-200"}), frozenset({"shop"}))


class Loader(yaml.SafeLoader):
    """YAML in which `!unknown` and `!secret` stand for values that cannot be seen."""


Loader.add_constructor("!unknown", lambda loader, node: UNKNOWN)
Loader.add_constructor("!secret", lambda loader, node: SECRET)


@dataclass(frozen=True)
class Case:
    rule: Rule
    section: str
    name: str
    environment: str
    resources: tuple[Resource, ...]
    says: str
    config: dict[str, str]
    settings: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.rule.pack}/{self.rule.id}/{self.section}/{self.name}"


def read_fixture(pack: str, rule_id: str) -> dict[str, Any]:
    file = FIXTURES / pack / f"{rule_id}.yaml"
    return yaml.load(file.read_text(encoding="utf-8"), Loader) if file.exists() else {}


def cases() -> Iterator[Case]:
    for (pack, rule_id), rule in RULES.items():
        fixture = read_fixture(pack, rule_id)
        for section in SECTIONS:
            for name, content in (fixture.get(section) or {}).items():
                environment = "dev" if section.endswith("_in_dev") else fixture.get("environment", "dev")
                resources = tuple(resources_of(content, fixture.get("type", "")))
                says = (fixture.get("says") or {}).get(name, "")
                config, settings = fixture.get("config") or {}, settings_of(pack, fixture, name)
                yield Case(rule, section, name, environment, resources, says, config, settings)


def settings_of(pack: str, fixture: dict[str, Any], name: str) -> dict[str, Any]:
    """The rule's settings in a case; a path that begins with `./` is one beside the fixture."""
    given = (fixture.get("settings") or {}) | (fixture.get("settings_of") or {}).get(name, {})
    return {
        key: str(FIXTURES / pack / value) if isinstance(value, str) and value.startswith("./") else value
        for key, value in given.items()
    }


def resources_of(content: Any, default_type: str) -> Iterator[Resource]:
    entries = content if isinstance(content, list) else [{"type": default_type, "props": content}]
    urns = {entry.get("name", "it"): urn(entry) for entry in entries}
    for entry in entries:
        sources = {prop: (urns[name],) for prop, name in (entry.get("from") or {}).items()}
        yield Resource(
            urn(entry),
            entry["type"],
            entry.get("name", "it"),
            inputs=entry.get("props") or {},
            parent=urns[entry["parent"]] if "parent" in entry else None,
            provider=f"{urns[entry['provider']]}::id" if "provider" in entry else None,
            dependencies=tuple(sorted({source for found in sources.values() for source in found})),
            property_dependencies=sources,
        )


def urn(entry: dict[str, Any]) -> str:
    return f"urn:pulumi:dev::shop::{entry['type']}::{entry.get('name', 'it')}"


ALL = list(cases())


def verdict(findings: list[Finding]) -> set[Status]:
    return {finding.status for finding in findings}


@pytest.mark.parametrize("case", ALL, ids=str)
def test_verdict_of_fixture(case: Case) -> None:
    context = context_of(case, case.resources)
    level = {case.rule.id: Enforcement.MANDATORY}
    findings = evaluate([case.rule], context, level)
    expected = SECTIONS[case.section]
    assert verdict(findings) == ({expected} if expected else set()), [finding.message for finding in findings]
    for finding in findings:
        assert finding.fix
        assert case.says in finding.message
    proxied = context_of(case, map(through_proxy, case.resources))
    # Prices read the plain inputs of the whole stack, which no other pack would hand over behind proxies.
    if case.rule.validate and not has_secret(case):
        assert evaluate([case.rule], proxied, level) == findings
    assert asked_by_engine(case) == sorted({finding.message for finding in findings})


def context_of(case: Case, resources: Iterable[Resource]) -> Context:
    context = Context(
        resources, project="shop", environment=case.environment, owners=OWNERS, facts=case.config, today=TODAY
    )
    return context.with_settings({case.rule.id: case.settings})


def has_secret(case: Case) -> bool:
    return any("<secret>" in repr(resource.inputs) for resource in case.resources)


def through_proxy(resource: Resource) -> Resource:
    """The resource with its inputs behind the policy SDK's proxy, which raises on unknown values."""
    proxy = unknown_checking_proxy(with_sentinels(resource.inputs))
    return Resource(
        resource.urn,
        resource.type,
        resource.name,
        inputs=proxy,
        parent=resource.parent,
        provider=resource.provider,
        dependencies=resource.dependencies,
        property_dependencies=resource.property_dependencies,
    )


def with_sentinels(value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN_SENTINEL
    if value is SECRET:
        return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}
    if isinstance(value, dict):
        return {key: with_sentinels(item) for key, item in value.items()}
    return [with_sentinels(item) for item in value] if isinstance(value, list) else value


def asked_by_engine(case: Case) -> list[str]:
    """The messages that the engine gets when it asks about each resource and then about the stack."""
    analyzer = Analyzer(
        case.rule.pack, [case.rule], RunFacts("shop", case.environment, case.config, OWNERS, today=TODAY)
    )
    configured = proto.ConfigureAnalyzerRequest()
    configured.policyConfig[case.rule.id].enforcementLevel = proto.MANDATORY
    configured.policyConfig[case.rule.id].properties.update(case.settings)
    analyzer.Configure(configured, None)
    by_urn = {resource.urn: resource for resource in case.resources}
    messages = set()
    whole = proto.AnalyzeStackRequest()
    for resource in case.resources:
        request = proto.AnalyzeRequest(urn=resource.urn, type=resource.type, name=resource.name)
        request.properties.CopyFrom(struct(resource.inputs))
        request.options.parent = resource.parent or ""
        if resource.provider:
            provider = by_urn[resource.provider.rsplit("::", 1)[0]]
            request.provider.urn, request.provider.type, request.provider.name = (
                provider.urn,
                provider.type,
                provider.name,
            )
            request.provider.properties.CopyFrom(struct(provider.inputs))
        elif resource.type.startswith(("aws:", "kubernetes:")):
            # The engine names a provider for everything but components.
            request.provider.urn, request.provider.type = "urn:pulumi:dev::shop::pulumi:providers:any::any", "any"
        messages |= {told(case.rule, diagnostic) for diagnostic in analyzer.Analyze(request, None).diagnostics}
        message = whole.resources.add(urn=resource.urn, type=resource.type, name=resource.name)
        message.parent = resource.parent or ""
        message.dependencies.extend(resource.dependencies)
        for prop, sources in resource.property_dependencies.items():
            message.propertyDependencies[prop].urns.extend(sources)
    messages |= {told(case.rule, diagnostic) for diagnostic in analyzer.AnalyzeStack(whole, None).diagnostics}
    return sorted(messages)


def told(rule: Rule, diagnostic: Any) -> str:
    deferred = "the deployment checks it" in diagnostic.message
    assert diagnostic.enforcementLevel == (proto.ADVISORY if deferred else proto.MANDATORY)
    assert "hunter2" not in diagnostic.message
    text = re.sub(r"^:0: \S+: ", "", diagnostic.message)
    return text.split("\n  Fix: ")[0]


def struct(inputs: Any) -> Any:
    message = struct_pb2.Struct()
    message.update(with_sentinels(inputs))
    return message


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_every_rule_file_is_listed(pack: Any) -> None:
    files = {file.stem for file in pack.folder.glob("*.py") if "\nrule = " in file.read_text(encoding="utf-8")}
    assert files == {rule.id for rule in pack.rules}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: f"{rule.pack}/{rule.id}")
def test_every_rule_is_complete_and_proved(rule: Rule) -> None:
    fixture = read_fixture(rule.pack, rule.id)
    assert fixture.get("pass"), "no passing fixture"
    if rule.remediate and not rule.validate:
        return
    assert fixture.get("fail"), "no failing fixture"
    assert fixture.get("unknown") or fixture.get("no_unknown"), "no unknown fixture, nor the reason for having none"
    assert set(fixture) <= {*SECTIONS, "type", "environment", "says", "no_unknown", "config", "settings", "settings_of"}
    named = {name for section in SECTIONS for name in fixture.get(section) or {}}
    assert {*(fixture.get("says") or {}), *(fixture.get("settings_of") or {})} <= named
    assert rule.controls, "serves no control"
    for framework, ids in rule.controls.items():
        assert set(ids) <= set(frameworks()[framework].controls), f"cites a control that {framework} does not list"
    assert rule.title[0].isupper() and not rule.title.endswith(".")
    assert rule.fix.endswith(".") and rule.why.endswith(".")


def test_stack_scope_is_declared_where_siblings_are_needed() -> None:
    for case in ALL:
        if (
            len(case.resources) > 1
            and case.section == "pass"
            and not any("providers" in r.type for r in case.resources)
        ):
            assert case.rule.scope is Scope.STACK or case.rule.validate_stack or case.rule.foresee, case


REPAIRING = [rule for rule in RULES.values() if rule.remediate and rule.validate]


@pytest.mark.parametrize("rule", REPAIRING, ids=lambda rule: f"{rule.pack}/{rule.id}")
def test_a_repair_mends_what_fails_and_touches_nothing_else(rule: Rule) -> None:
    assert rule.enforcement is not Enforcement.REMEDIATE, "repairs are off until a configuration turns them on"
    mended = 0
    for case in ALL:
        if case.rule is not rule or len(case.resources) > 1:
            continue
        about = context_of(case, case.resources)
        [subject] = about.subjects
        after = repaired(rule, subject, about)
        if SECTIONS[case.section] is Status.FAIL and after is not None:
            mended += 1
            again = context_of(case, [dataclasses.replace(subject.resource, inputs=after)])
            assert evaluate([rule], again, {rule.id: Enforcement.MANDATORY}) == [], case
            assert list(changes(subject.resource.inputs, after)), case
        else:
            assert after is None, case
        proxied = context_of(case, map(through_proxy, case.resources))
        assert repaired(rule, proxied.subjects[0], proxied) == after
    assert mended
