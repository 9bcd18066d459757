"""Disruption budgets let nodes be drained."""

from apex.policy.cel import Check, Match
from apex.policy.controls import SUPPORTED_SOFTWARE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "(!has(object.spec.maxUnavailable) || (object.spec.maxUnavailable != 0 && "
        "object.spec.maxUnavailable != '0%')) && (!has(object.spec.minAvailable) || "
        "object.spec.minAvailable != '100%')"
    ),
    message="the budget allows no pod to be evicted",
    matches=(Match("policy", "v1", ("PodDisruptionBudget",)),),
)

rule = Rule(
    id="allow_evictions",
    title="Disruption budgets let nodes be drained",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    why="A node that cannot be drained cannot be patched, nor consolidated away.",
    fix="Allow at least one pod to be unavailable.",
    code='"maxUnavailable": 1',
    controls=serving(SUPPORTED_SOFTWARE),
    cel=check,
)
