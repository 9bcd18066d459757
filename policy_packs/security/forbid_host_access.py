"""Pods stay out of the node."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "(!has(variables.pod.hostNetwork) || variables.pod.hostNetwork == false) && "
        "(!has(variables.pod.hostPID) || variables.pod.hostPID == false) && (!has(variables.pod.hostIPC) "
        "|| variables.pod.hostIPC == false) && (!has(variables.pod.volumes) || "
        "variables.pod.volumes.all(v, !has(v.hostPath))) && variables.containers.all(c, !has(c.ports) || "
        "c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))"
    ),
    message="the pod uses the node's network, processes, files or ports",
)

rule = Rule(
    id="forbid_host_access",
    title="Pods stay out of the node",
    pack="security",
    severity=Severity.CRITICAL,
    types=check.types,
    validate=check.validate(),
    why="From the node's namespaces every other pod can be read.",
    fix="Remove hostNetwork, hostPID, hostIPC, hostPath and hostPort.",
    code='"volumes": [{"name": "scratch", "emptyDir": {}}]',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
