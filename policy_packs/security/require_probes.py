"""Services say when they are ready."""

from apex.policy.cel import Check, Match
from apex.policy.controls import MONITORING, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=("variables.pod.containers.all(c, has(c.readinessProbe))"),
    message="a container has no readinessProbe",
    matches=(Match("apps", "v1", ("Deployment", "StatefulSet")),),
)

rule = Rule(
    id="require_probes",
    title="Services say when they are ready",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    why="Without it, requests are sent to a container that is still loading its model.",
    fix="Give each container a readiness probe.",
    code='"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}',
    controls=serving(MONITORING),
    cel=check,
)
