"""The CEL rules as admission policies: the running cluster then refuses what a preview refuses."""

from collections.abc import Iterable
from typing import Any

from apex import tags
from apex.policy.cel import VARIABLES, Check, Match
from apex.policy.rule import Enforcement, Rule

API_VERSION = "admissionregistration.k8s.io/v1"
SYSTEM_NAMESPACES = ("kube-node-lease", "kube-public", "kube-system")
"""Namespaces of the cluster itself, whose workloads have to reach the node."""

COST_LABELS = Check(
    expression="has(object.metadata.labels) && "
    + " && ".join(
        f"'{key}' in object.metadata.labels && object.metadata.labels['{key}'] != ''" for key in tags.REQUIRED
    ),
    message=f"a cost label is missing; required: {', '.join(tags.REQUIRED)}",
)
"""What `require_cost_tags` asks of workloads, as far as the cluster can tell without the catalog."""


def admission_objects(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """A ValidatingAdmissionPolicy and its binding for each rule that is written in CEL, sorted by name."""
    found: list[dict[str, Any]] = []
    chosen = [rule for rule in rules if rule.enforcement is not Enforcement.DISABLED]
    for rule in sorted(chosen, key=lambda rule: (rule.pack, rule.id)):
        check = COST_LABELS if rule.id == "require_cost_tags" else rule.cel
        if check is not None:
            found += _objects(rule, check)
    return found


def _objects(rule: Rule, check: Check) -> list[dict[str, Any]]:
    name = f"{rule.pack}-{rule.id}".replace("_", "-") + ".apexlogic.com"
    labels = {"app.kubernetes.io/managed-by": tags.MANAGER, "apexlogic.com/severity": rule.severity.value}
    action = "Warn" if rule.enforcement is Enforcement.ADVISORY else "Deny"
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
    if check.variables:
        spec["variables"] = [{"name": each, "expression": VARIABLES[each]} for each in check.variables]
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


def _rule_of(match: Match) -> dict[str, Any]:
    return {
        "apiGroups": [match.group],
        "apiVersions": [match.version],
        "operations": ["CREATE", "UPDATE"],
        "resources": list(match.resources),
    }
