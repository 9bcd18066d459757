"""Containers say what they need and may use."""

from apex.policy.cel import Check
from apex.policy.controls import CONSUMPTION, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, has(c.resources) && has(c.resources.requests) && 'cpu' in "
        "c.resources.requests && 'memory' in c.resources.requests && has(c.resources.limits) && 'memory' "
        "in c.resources.limits)"
    ),
    message="a container lacks a CPU request, a memory request or a memory limit",
)

rule = Rule(
    id="require_requests_and_limits",
    title="Containers say what they need and may use",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    why="Without requests nothing can be placed or priced; without a limit one leak takes the node down.",
    fix="Set requests for CPU and memory and a limit for memory.",
    code='"resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}}',
    controls=serving(CONSUMPTION),
    cel=check,
)
