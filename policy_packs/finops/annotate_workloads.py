"""Workloads that Apex did not size say what they are expected to cost."""

from apex.policy.cel import Check, Match
from apex.policy.rule import Rule, Severity

_PREFIX = "finops.apexlogic.com"
_MANAGED_BY = "app.kubernetes.io/managed-by"


def _note(name: str, pattern: str) -> str:
    key = f"{_PREFIX}/{name}"
    return f"'{key}' in object.metadata.annotations && object.metadata.annotations['{key}'].matches('{pattern}')"


check = Check(
    expression=(
        f"(has(object.metadata.labels) && '{_MANAGED_BY}' in object.metadata.labels && "
        f"object.metadata.labels['{_MANAGED_BY}'] == 'apex') || (has(object.metadata.annotations) && "
        + _note("resource-tier", "^[a-z][a-z0-9-]*$")
        + " && "
        + _note("expected-cost-per-hour", "^[0-9]+([.][0-9]+)?$")
        + " && "
        + _note("auto-scale-policy", "^[a-z][a-z0-9-]*$")
        + ")"
    ),
    message=(
        f"an annotation is missing or has no valid value; required: {_PREFIX}/resource-tier, "
        f"{_PREFIX}/expected-cost-per-hour and {_PREFIX}/auto-scale-policy"
    ),
    matches=(Match("apps", "v1", ("Deployment", "StatefulSet")),),
)

rule = Rule(
    id="annotate_workloads",
    title="Workloads that Apex did not size say what they are expected to cost",
    pack="finops",
    severity=Severity.LOW,
    types=check.types,
    validate=check.validate(),
    why="What nobody expected to cost anything is noticed on the bill, and what was expected can be compared with it.",
    fix="Say in the annotations which tier it needs, what an hour is expected to cost in USD, and how it scales.",
    code=f'"annotations": {{"{_PREFIX}/expected-cost-per-hour": "0.20"}}',
    controls={"nist-800-53": ("PM-5",), "iso-27001": ("A.5.9",)},
    cel=check,
)
