"""Our rules as a CrossGuard policy pack: the analyzer side of the engine's protocol.

The policy SDK's own pack reports a mandatory rule that meets an unknown value as advisory, hands secrets to rules
unmarked, and converts every resource again for each rule. This one refuses, marks, and converts once
(docs/decisions/0010-own-analyzer.md).
"""

import os
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent import futures
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from apex.engine.facts import RunFacts
from apex.errors import InputError
from apex.plan import SECRET, UNKNOWN, UNKNOWN_SENTINEL, Resource, decode, read_plan
from apex.policy import configuration
from apex.policy.catalog import TYPE_PREFIX
from apex.policy.evaluate import SETTLED, Finding, Status, check_resource, check_stack, evaluate, set_of
from apex.policy.judge import existing
from apex.policy.remediation import repaired
from apex.policy.rule import Enforcement, Rule, Scope
from apex.policy.stack import Context
from apex.policy.waivers import apply_waivers

_LEVELS = {
    Enforcement.ADVISORY: proto.ADVISORY,
    Enforcement.MANDATORY: proto.MANDATORY,
    Enforcement.REMEDIATE: proto.REMEDIATE,
    Enforcement.DISABLED: proto.DISABLED,
}
_LEVEL_OF = {number: level for level, number in _LEVELS.items()}
_VERSION = "0.1.0"
_MAX_MESSAGE = 400 * 1024 * 1024
"""A stack is analyzed in one message; the engine itself sends at most this much."""


def policy_pack(name: str, rules: Sequence[Rule]) -> None:
    """Serve `rules` to the engine as the pack `name` until the engine ends this process."""
    try:
        # The engine runs a pack in the pack's own folder.
        facts = RunFacts.of_environment(os.environ, Path.cwd())
    except InputError as error:
        sys.exit(str(error))
    server = grpc.server(
        # One worker: the engine asks one question at a time, and a rule then needs no locks.
        futures.ThreadPoolExecutor(max_workers=1),
        options=[("grpc.max_receive_message_length", _MAX_MESSAGE), ("grpc.max_send_message_length", _MAX_MESSAGE)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(name, rules, facts), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # The engine interrupts a pack that it is done with; that is the end, not an error to print.
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


class Analyzer(proto.AnalyzerServicer):
    """Answers the engine's questions about one pack."""

    def __init__(self, name: str, rules: Sequence[Rule], facts: RunFacts) -> None:
        self._name = name
        self._rules = tuple(rules)
        self._facts = facts
        self._by_id = {rule.id: rule for rule in rules}
        self._levels = {rule.id: rule.enforcement for rule in rules}
        self._settings: dict[str, dict[str, Any]] = {}
        self._takes_what_exists = False
        self._by_type: dict[str, tuple[Rule, ...]] = {}
        self._seen: dict[str, Resource] = {}

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """The pack and its policies."""
        return proto.AnalyzerInfo(
            name=self._name,
            version=_VERSION,
            supportsConfig=True,
            policies=[_policy_info(rule) for rule in self._rules],
        )

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The version of this analyzer."""
        return proto.PluginInfo(version=_VERSION)

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing is needed of the engine's address."""
        return proto.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Which stack this is was told to the process in its environment, before the first question."""
        return proto.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Levels and settings from `--policy-pack-config`, and whether the pack lets stay what is deployed."""
        for rule_id, given in request.policyConfig.items():
            if rule_id == configuration.BASELINE:
                self._takes_what_exists = _LEVEL_OF[given.enforcementLevel] is Enforcement.ADVISORY
            self._settings[rule_id] = json_format.MessageToDict(given.properties)
            if rule_id in self._levels:
                self._levels[rule_id] = _LEVEL_OF[given.enforcementLevel]
        return empty_pb2.Empty()

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What the rules find on one resource, before it is touched."""
        resource = self._resource(request)
        self._seen[resource.urn] = resource
        rules = [rule for rule in self._rules_for(resource.type) if rule.scope is Scope.RESOURCE and rule.validate]
        if not rules:
            return proto.AnalyzeResponse()
        about = self._context([resource, *self._provider(request)])
        subject = about.subjects[0]
        findings = (finding for rule in rules for finding in check_resource(rule, subject, about))
        return self._answer(finding for finding in findings if not self._waits(finding))

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What the rules find that have to see more than one resource."""
        rules = [rule for rule in self._rules if (rule.scope is Scope.STACK or rule.foresee) and self._is_on(rule)]
        if not rules:
            return proto.AnalyzeResponse()
        resources = [self._with_relations(message) for message in request.resources]
        present = {resource.urn for resource in resources}
        resources += [seen for urn, seen in self._seen.items() if urn not in present and _is_provider(seen)]
        resources += self._facts.declared
        about = self._context(sorted(resources, key=lambda resource: resource.urn))
        findings: list[Finding] = []
        for rule in rules:
            found = [f for subject in about.of_rule_types(rule.types) for f in check_resource(rule, subject, about)]
            findings += found if rule.scope is Scope.STACK else [finding for finding in found if self._waits(finding)]
            findings.extend(check_stack(rule, about))
        return self._answer(set_of(findings))

    def _waits(self, finding: Finding) -> bool:
        """Whether a preview has to see what a resource is made of before it speaks of what it cannot see."""
        return finding.deferred and self._facts.is_preview and self._by_id[finding.rule].foresee is not None

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The repairs that were turned on and that this resource needs."""
        rules = [r for r in self._rules_for(request.type) if self._levels[r.id] is Enforcement.REMEDIATE]
        response = proto.RemediateResponse()
        properties = request.properties
        for rule in rules:
            resource = Resource(request.urn, request.type, request.name, inputs=plain(properties))
            about = self._context([resource, *self._provider(request)])
            after = repaired(rule, about.subjects[0], about)
            if after is not None:
                properties = _rewritten(properties, resource.inputs, after)
                response.remediations.append(
                    proto.Remediation(
                        policyName=rule.id,
                        policyPackName=rule.pack,
                        policyPackVersion=_VERSION,
                        description=rule.title,
                        properties=properties,
                    )
                )
        return response

    def _is_on(self, rule: Rule) -> bool:
        return self._levels[rule.id] is not Enforcement.DISABLED

    def _rules_for(self, type_token: str) -> tuple[Rule, ...]:
        if type_token not in self._by_type:
            self._by_type[type_token] = tuple(rule for rule in self._rules if rule.concerns(type_token))
        return tuple(rule for rule in self._by_type[type_token] if self._is_on(rule))

    def _context(self, resources: Iterable[Resource]) -> Context:
        return self._facts.context(resources).with_settings(self._settings)

    def _resource(self, message: Any) -> Resource:
        return Resource(
            urn=message.urn,
            type=message.type,
            name=message.name,
            op="create",
            inputs=plain(message.properties),
            parent=message.options.parent or None,
            provider=f"{message.provider.urn}::" if message.HasField("provider") else None,
            custom=message.HasField("provider"),
        )

    def _with_relations(self, message: Any) -> Resource:
        """A resource with what it depends on. Its inputs are those seen before, as the engine sends outputs here."""
        seen = self._seen.get(message.urn) or self._resource(message)
        return Resource(
            urn=seen.urn,
            type=seen.type,
            name=seen.name,
            op="create",
            inputs=seen.inputs,
            parent=message.parent or seen.parent,
            provider=seen.provider,
            custom=seen.custom,
            dependencies=tuple(message.dependencies),
            property_dependencies={k: tuple(v.urns) for k, v in message.propertyDependencies.items()},
        )

    def _provider(self, message: Any) -> list[Resource]:
        """The provider of the resource in `message`, as a resource. It is told with each one, and read once."""
        if not message.HasField("provider"):
            return []
        about = message.provider
        if about.urn not in self._seen:
            self._seen[about.urn] = Resource(about.urn, about.type, about.name, inputs=plain(about.properties))
        return [self._seen[about.urn]]

    def _answer(self, findings: Iterable[Finding]) -> Any:
        marked = [
            replace(finding, status=Status.EXISTING) if existing(finding) in self._existing else finding
            for finding in findings
        ]
        waived = apply_waivers(marked, self._facts.waivers, self._by_id, self._facts.today)
        return proto.AnalyzeResponse(diagnostics=[self._diagnostic(finding) for finding in waived.findings])

    @cached_property
    def _existing(self) -> frozenset[tuple[str, ...]]:
        """What the rules find on the state before the change, if the pack is told to let that be."""
        if not self._takes_what_exists or self._facts.baseline is None:
            return frozenset()
        state = read_plan(self._facts.baseline).planned()
        about = self._context((*state, *self._facts.declared))
        return frozenset(existing(finding) for finding in evaluate(self._rules, about, self._levels))

    def _diagnostic(self, finding: Finding) -> Any:
        level = self._levels[finding.rule]
        if level is Enforcement.REMEDIATE or finding.status is Status.CRASHED:
            level = Enforcement.MANDATORY
        # Deferring is for previews: a deployment that still does not know the value has to refuse.
        if finding.status in SETTLED or (finding.deferred and self._facts.is_preview):
            level = Enforcement.ADVISORY
        message = f"{_place(finding)}{finding.message}\n  Fix: {finding.fix}"
        if finding.status is Status.EXISTING:
            message = f"{_place(finding)}{finding.message} (deployed already: not refused)\n  Fix: {finding.fix}"
        if finding.status is Status.WAIVED:
            message = f"{_place(finding)}{finding.message}\n  Waived: {finding.waiver}"
        return proto.AnalyzeDiagnostic(
            policyName=finding.rule,
            policyPackName=finding.pack,
            policyPackVersion=_VERSION,
            description=finding.title,
            message=message,
            urn=finding.urn,
            enforcementLevel=_LEVELS[level],
            severity=_severity(finding.severity.value),
        )


def plain(properties: Any) -> dict[str, Any]:
    """A protobuf struct as plain data, with UNKNOWN and SECRET where values are hidden."""
    found: dict[str, Any] = decode(_fields(properties))
    return found


def _fields(properties: Any) -> dict[str, Any]:
    return {key: _value(field) for key, field in properties.fields.items()}


def _value(field: Any) -> Any:
    kind = field.WhichOneof("kind")
    if kind == "string_value":
        return field.string_value
    if kind == "struct_value":
        return _fields(field.struct_value)
    if kind == "list_value":
        return [_value(item) for item in field.list_value.values]
    if kind == "number_value":
        number = field.number_value
        return int(number) if number.is_integer() else number
    return field.bool_value if kind == "bool_value" else None


def _rewritten(original: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
    """`original` with what differs between `before` and `after`; hidden values stay as the engine sent them."""
    result = struct_pb2.Struct()
    result.CopyFrom(original)
    for key in set(before) - set(after):
        del result.fields[key]
    for key, value in after.items():
        if key not in before or before[key] != value:
            result.fields[key].CopyFrom(_encoded(value, original.fields.get(key)))
    return result


def _encoded(value: Any, original: Any) -> Any:
    if value is SECRET:
        if original is None:
            raise ValueError("a remediation may move no secret")
        return original
    if value is UNKNOWN:
        return original if original is not None else struct_pb2.Value(string_value=UNKNOWN_SENTINEL)
    field = struct_pb2.Value()
    if isinstance(value, Mapping):
        inner = original.struct_value.fields if original is not None else {}
        field.struct_value.SetInParent()
        for key, item in value.items():
            field.struct_value.fields[key].CopyFrom(_encoded(item, inner.get(key)))
    elif isinstance(value, list | tuple):
        items = list(original.list_value.values) if original is not None else []
        field.list_value.SetInParent()
        for number, item in enumerate(value):
            field.list_value.values.append(_encoded(item, items[number] if number < len(items) else None))
    elif isinstance(value, bool):
        field.bool_value = value
    elif isinstance(value, int | float):
        field.number_value = value
    else:
        field.string_value = str(value)
    return field


def _policy_info(rule: Rule) -> Any:
    info = proto.PolicyInfo(
        name=rule.id,
        displayName=rule.title,
        description=f"{rule.title}. {rule.why}",
        message=rule.fix,
        enforcementLevel=_LEVELS[rule.enforcement],
        severity=_severity(rule.severity.value),
        remediation_steps=f"{rule.fix}\n{rule.code}",
        tags=sorted(f"{framework}:{control}" for framework, ids in rule.controls.items() for control in ids),
        policy_type=proto.POLICY_TYPE_STACK if rule.scope is Scope.STACK else proto.POLICY_TYPE_RESOURCE,
    )
    if rule.settings:
        schema = struct_pb2.Struct()
        schema.update(rule.settings)
        info.configSchema.properties.CopyFrom(schema)
    return info


def _severity(name: str) -> Any:
    return getattr(proto, f"POLICY_SEVERITY_{name.upper()}")


def _place(finding: Finding) -> str:
    """Where a declaration is, as the engine knows only the resources of the program."""
    return f"{finding.file}:{finding.line}: {finding.name}: " if finding.type.startswith(TYPE_PREFIX) else ""


def _is_provider(resource: Resource) -> bool:
    return resource.type.startswith("pulumi:providers:")
