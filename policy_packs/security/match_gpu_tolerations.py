"""Only what uses a GPU runs on GPU nodes."""

from apex.policy.cel import Check
from apex.policy.controls import CONSUMPTION, serving
from apex.policy.rule import Rule, Severity

check = Check(
    expression=(
        "(variables.containers.exists(c, has(c.resources) && has(c.resources.limits) && 'nvidia.com/gpu' "
        "in c.resources.limits)) == (has(variables.pod.tolerations) && "
        "variables.pod.tolerations.exists(t, has(t.key) && t.key == 'nvidia.com/gpu'))"
    ),
    message="the pod asks for a GPU without tolerating the GPU taint, or tolerates it without asking for a GPU",
)

rule = Rule(
    id="match_gpu_tolerations",
    title="Only what uses a GPU runs on GPU nodes",
    pack="security",
    severity=Severity.HIGH,
    types=check.types,
    validate=check.validate(),
    why="A pod without use for a GPU that strands on a GPU node keeps the dearest machine alive.",
    fix="Ask for nvidia.com/gpu and tolerate its taint, or do neither.",
    code='"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]',
    controls=serving(CONSUMPTION),
    cel=check,
)
