"""Models under GDPR that see or hear people anonymize."""

from collections.abc import Iterator

from apex.policy.controls import PRIVACY, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: models under GDPR that see or hear people anonymize."""
    privacy = resource.props.at("spec.governance.dataPrivacy")
    seen = sorted({"voice", "audio", "image", "video"} & set(resource.props.at("spec.model").texts("modality")))
    if privacy.text("level").startswith("GDPR") and seen and not privacy.flag("anonymizationRequired"):
        yield f"takes {', '.join(seen)} under {privacy.text('level')} and anonymizationRequired is off"


rule = Rule(
    id="anonymize_personal_input",
    title="Models under GDPR that see or hear people anonymize",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    why="Faces and voices are personal data, and a model keeps what it was shown.",
    fix="Set anonymizationRequired, or change the modality.",
    code="dataPrivacy: {level: GDPR_compliant, anonymizationRequired: true}",
    controls=serving(PRIVACY),
)
