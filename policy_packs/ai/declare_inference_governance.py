"""What serves a model says under which ethics policy and which privacy regime it does."""

from apex.policy.cel import PODS, Check
from apex.policy.controls import TRANSPARENCY, serving
from apex.policy.rule import Rule, Severity


def _declared(variable: str, label: str) -> str:
    """Whether a container has the environment variable, or the object the label."""
    return (
        f"('{label}' in object.metadata.labels && object.metadata.labels['{label}'] != '') || "
        f"variables.containers.exists(c, has(c.env) && c.env.exists(e, e.name == '{variable}' && "
        "(has(e.valueFrom) || (has(e.value) && e.value != ''))))"
    )


_COMPONENT = "app.kubernetes.io/component"

check = Check(
    expression=(
        f"!has(object.metadata.labels) || !('{_COMPONENT}' in object.metadata.labels) || "
        f"object.metadata.labels['{_COMPONENT}'] != 'inference' || (("
        + _declared("ETHICS_POLICY_VERSION", "governance.apexlogic.com/ethics-policy")
        + ") && ("
        + _declared("PRIVACY_REGIME", "governance.apexlogic.com/privacy-regime")
        + "))"
    ),
    message="it serves a model and does not say under which ethics policy or which privacy regime",
    matches=PODS,
)

rule = Rule(
    id="declare_inference_governance",
    title="What serves a model says under which ethics policy and privacy regime",
    pack="ai",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    why="Whoever looks into an answer has to know which rules the model that gave it was held to.",
    fix=(
        "Set the environment variables ETHICS_POLICY_VERSION and PRIVACY_REGIME, or the labels "
        "governance.apexlogic.com/ethics-policy and governance.apexlogic.com/privacy-regime."
    ),
    code='"env": [{"name": "ETHICS_POLICY_VERSION", "value": "2026.2"}, {"name": "PRIVACY_REGIME", "value": "GDPR"}]',
    controls=serving(TRANSPARENCY),
    cel=check,
)
