"""Containers cannot change their own files."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Enforcement, Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, has(c.securityContext) && "
        "has(c.securityContext.readOnlyRootFilesystem) && c.securityContext.readOnlyRootFilesystem == "
        "true)"
    ),
    message="a container's root file system can be written",
)

rule = Rule(
    id="read_only_root",
    title="Containers cannot change their own files",
    pack="security",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    types=check.types,
    validate=check.validate(),
    why="Tools that an intruder brings have to be written somewhere.",
    fix="Set readOnlyRootFilesystem and mount an emptyDir where the program writes.",
    code='"readOnlyRootFilesystem": True',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
