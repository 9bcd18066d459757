"""Containers are not privileged."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || "
        "c.securityContext.privileged == false)"
    ),
    message="a container is privileged",
)

rule = Rule(
    id="forbid_privileged_containers",
    title="Containers are not privileged",
    pack="security",
    severity=Severity.CRITICAL,
    types=check.types,
    validate=check.validate(),
    why="A privileged container owns the node and with it every pod there.",
    fix="Remove privileged; ask for the one capability that is needed.",
    code='"securityContext": {"privileged": False}',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
