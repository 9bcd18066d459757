"""Containers do not run as root."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, has(c.securityContext) && has(c.securityContext.runAsNonRoot) ? "
        "c.securityContext.runAsNonRoot == true : (has(variables.pod.securityContext) && "
        "has(variables.pod.securityContext.runAsNonRoot) && variables.pod.securityContext.runAsNonRoot =="
        " true))"
    ),
    message="runAsNonRoot is not true for every container",
)

rule = Rule(
    id="run_as_non_root",
    title="Containers do not run as root",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="Root in a container is root on the node once the container is left.",
    fix="Set runAsNonRoot for the pod.",
    code='"securityContext": {"runAsNonRoot": True}',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
