"""Pods get a token only with an account of their own."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "(has(variables.pod.automountServiceAccountToken) && variables.pod.automountServiceAccountToken "
        "== false) || (has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName != '' &&"
        " variables.pod.serviceAccountName != 'default')"
    ),
    message="the token of the default service account is mounted",
)

rule = Rule(
    id="limit_service_account_tokens",
    title="Pods get a token only with an account of their own",
    pack="security",
    severity=Severity.MEDIUM,
    types=check.types,
    validate=check.validate(),
    why="A program that was broken into can ask the cluster's API whatever its account may.",
    fix="Set automountServiceAccountToken to false, or name a service account of the workload's own.",
    code='"automountServiceAccountToken": False',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
