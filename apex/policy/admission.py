"""The CEL rules as admission policies: the running cluster then refuses what a preview refuses."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from apex import tags
from apex.policy.catalog import Declared, find_catalog, read_declared
from apex.policy.cel import VARIABLES, Check, Match
from apex.policy.configuration import read_configuration
from apex.policy.kubernetes import SYSTEM_NAMESPACES
from apex.policy.packs import find_packs, load_packs
from apex.policy.rule import Enforcement, Rule
from apex.policy.stack import Context

API_VERSION = "admissionregistration.k8s.io/v1"
COST_LABELS = Check(
    expression="has(object.metadata.labels) && "
    + " && ".join(
        f"'{key}' in object.metadata.labels && object.metadata.labels['{key}'] != ''" for key in tags.REQUIRED
    ),
    message=f"a cost label is missing; required: {', '.join(tags.REQUIRED)}",
)
"""What `require_cost_tags` asks of workloads, as far as the cluster can tell without the catalog."""


def admission_objects(
    rules: Iterable[Rule], context: Context | None = None, levels: Mapping[str, Enforcement] | None = None
) -> list[dict[str, Any]]:
    """A ValidatingAdmissionPolicy and its binding for each rule that is written in CEL, sorted by name.

    `context` has the settings and the catalog that rules take lists from; `levels` override the rules' enforcement.
    """
    about = context or Context()
    found: list[dict[str, Any]] = []
    for rule in sorted(rules, key=lambda rule: (rule.pack, rule.id)):
        level = (levels or {}).get(rule.id, rule.enforcement)
        check = COST_LABELS if rule.id == "require_cost_tags" else rule.cel
        if check is not None and level is not Enforcement.DISABLED:
            found += _objects(rule, check, level, check.values(about.for_rule(rule.id)))
    return found


def admission_of(start: Path, packs: Iterable[str] = (), environment: str = "") -> list[dict[str, Any]]:
    """The admission policies of the packs and the catalog at `start`, as `environment` configures them."""
    loaded = load_packs(find_packs(start), packs)
    root = find_catalog(start)
    declared = read_declared(root, environment) if root else Declared()
    configuration = read_configuration(loaded, environment)
    context = Context(declared.resources, environment=environment).with_settings(configuration.settings)
    return admission_objects((rule for pack in loaded for rule in pack.rules), context, configuration.levels)


def _objects(rule: Rule, check: Check, level: Enforcement, values: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    name = f"{rule.pack}-{rule.id}".replace("_", "-") + ".apexlogic.com"
    labels = {"app.kubernetes.io/managed-by": tags.MANAGER, "apexlogic.com/severity": rule.severity.value}
    action = "Warn" if level is Enforcement.ADVISORY else "Deny"
    spec: dict[str, Any] = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [_rule_of(match) for match in check.matches]},
        "validations": [
            {
                "expression": check.expression,
                "message": f"{rule.id}: {check.message}. Fix: {rule.fix}",
                "reason": "Forbidden",
            }
        ],
    }
    variables = [{"name": each, "expression": VARIABLES[each]} for each in check.variables]
    variables += [{"name": name, "expression": _literal(items)} for name, items in sorted(values.items())]
    if variables:
        spec["variables"] = variables
    policy = {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, "labels": labels, "annotations": {"apexlogic.com/why": rule.why}},
        "spec": spec,
    }
    selector = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": list(SYSTEM_NAMESPACES)}
    binding = {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "policyName": name,
            "validationActions": [action, "Audit"],
            "matchResources": {"namespaceSelector": {"matchExpressions": [selector]}},
        },
    }
    return [policy, binding]


def _literal(items: Sequence[str]) -> str:
    """A list of texts as CEL writes it; a JSON string is one of CEL, too."""
    return json.dumps(list(items))


def _rule_of(match: Match) -> dict[str, Any]:
    return {
        "apiGroups": [match.group],
        "apiVersions": [match.version],
        "operations": ["CREATE", "UPDATE"],
        "resources": list(match.resources),
    }
