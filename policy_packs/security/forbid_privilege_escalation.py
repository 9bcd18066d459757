"""Containers cannot gain privileges."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, has(c.securityContext) && "
        "has(c.securityContext.allowPrivilegeEscalation) && c.securityContext.allowPrivilegeEscalation =="
        " false)"
    ),
    message="a container does not set securityContext.allowPrivilegeEscalation to false",
)

rule = Rule(
    id="forbid_privilege_escalation",
    title="Containers cannot gain privileges",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="A set-uid file in the image is enough to become root.",
    fix="Set allowPrivilegeEscalation to false.",
    code='"securityContext": {"allowPrivilegeEscalation": False}',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
