"""Audit trails are kept for at least half a year."""

from collections.abc import Iterator

from apex.policy.controls import RECORDS, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: audit trails are kept for at least half a year."""
    least = float(context.settings.get("days", 180))
    trail = resource.props.at("spec.governance.auditTrail")
    if trail.flag("enabled") is False:
        yield "spec.governance.auditTrail.enabled is off"
    days = trail.number("logRetentionDays")
    if days is not None and days < least:
        yield f"spec.governance.auditTrail.logRetentionDays is {days:g}; required: at least {least:g}"


rule = Rule(
    id="retain_audit_trail",
    title="Audit trails are kept for at least half a year",
    pack="ai",
    severity=Severity.HIGH,
    types=("apex:catalog:MultimodalAIComponent",),
    validate=validate,
    scope=Scope.STACK,
    settings={
        "days": {
            "type": "number",
            "minimum": 0,
            "default": 180,
            "description": "The fewest days to keep an audit trail.",
        }
    },
    why="Who complains about a decision does so months later; the EU AI Act asks for at least six.",
    fix="Enable the audit trail and keep it for 180 days or more.",
    code="auditTrail: {enabled: true, logRetentionDays: 365}",
    controls=serving(RECORDS),
)
