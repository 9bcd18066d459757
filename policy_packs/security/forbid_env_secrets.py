"""Containers take secrets from secrets."""

from apex.policy.cel import Check
from apex.policy.controls import AUTHENTICATION, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "variables.containers.all(c, !has(c.env) || c.env.all(e, !has(e.value) || e.value == '' || !e.nam"
        "e.matches('(?i)(passw(or)?d|secret_?key|api_?key|private_?key|access_?token|auth_?token|credenti"
        "al)')))"
    ),
    message="an environment variable that is named like a secret holds a value in plain text",
)

rule = Rule(
    id="forbid_env_secrets",
    title="Containers take secrets from secrets",
    pack="security",
    severity=Severity.CRITICAL,
    types=check.types,
    validate=check.validate(),
    why="The value is in the manifest, in Git, in the API and in every dump.",
    fix="Take it from a Secret with valueFrom.secretKeyRef.",
    code='"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]',
    controls=serving(AUTHENTICATION),
    cel=check,
)
