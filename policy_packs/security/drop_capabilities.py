"""Containers drop all capabilities."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, has(c.securityContext) && has(c.securityContext.capabilities) && "
        "has(c.securityContext.capabilities.drop) && c.securityContext.capabilities.drop.exists(d, d == "
        "'ALL') && (!has(c.securityContext.capabilities.add) || c.securityContext.capabilities.add.all(a,"
        " a == 'NET_BIND_SERVICE')))"
    ),
    message="a container does not drop ALL capabilities, or adds one that is not NET_BIND_SERVICE",
)

rule = Rule(
    id="drop_capabilities",
    title="Containers drop all capabilities",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="Capabilities are the parts of root's power; few programs need one.",
    fix="Drop ALL.",
    code='"capabilities": {"drop": ["ALL"]}',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
