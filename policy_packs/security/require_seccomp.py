"""Pods use a seccomp profile."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "(has(variables.pod.securityContext) && has(variables.pod.securityContext.seccompProfile) && "
        "variables.pod.securityContext.seccompProfile.type in ['RuntimeDefault', 'Localhost']) || "
        "variables.containers.all(c, has(c.securityContext) && has(c.securityContext.seccompProfile) && "
        "c.securityContext.seccompProfile.type in ['RuntimeDefault', 'Localhost'])"
    ),
    message="no seccomp profile is set",
)

rule = Rule(
    id="require_seccomp",
    title="Pods use a seccomp profile",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    why="Most kernel bugs are behind system calls that no program of ours makes.",
    fix="Set seccompProfile to RuntimeDefault.",
    code='"seccompProfile": {"type": "RuntimeDefault"}',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
