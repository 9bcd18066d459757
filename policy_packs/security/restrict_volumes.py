"""Pods mount only what the cluster keeps for them."""

from apex.policy.cel import Check
from apex.policy.controls import LEAST_PRIVILEGE, serving
from apex.policy.rule import Rule, Severity

_ALLOWED = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
)

check = Check(
    expression=(
        "!has(variables.pod.volumes) || variables.pod.volumes.all(v, "
        + " || ".join(f"has(v.{kind})" for kind in _ALLOWED)
        + ")"
    ),
    message="a volume is of a kind that the restricted Pod Security Standard does not have",
)

rule = Rule(
    id="restrict_volumes",
    title="Pods mount only what the cluster keeps for them",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="A volume that a pod attaches by itself, such as one on a file server, is out of the cluster's control.",
    fix=f"Use one of {', '.join(_ALLOWED)}; a claim for data that stays.",
    code='"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]',
    controls=serving(LEAST_PRIVILEGE),
    cel=check,
)
