"""Workloads stay up, and let go, while nodes are drained."""

from collections.abc import Iterator

from apex.policy.controls import RECOVERY, serving
from apex.policy.kubernetes import name_of, namespace_of, pod_template, selects
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject

_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
_WORKLOADS = (
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:argoproj.io/v1alpha1:Rollout",
)
_SCALERS = {
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": ("minReplicas", 1),
    "kubernetes:keda.sh/v1alpha1:ScaledObject": ("minReplicaCount", 0),
}
"""What scales workloads: the property with the fewest replicas, and how many these are where it is not set."""


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: workloads stay up, and let go, while nodes are drained."""
    if resource.type == _BUDGET:
        yield from _budget(resource, context)
    elif context.is_production:
        replicas = _fewest(resource, context)
        if replicas < 2:
            yield f"runs {replicas} replica{'s' if replicas != 1 else ''} in production; required: at least 2"
        if not any(_covers(budget, resource, context) for budget in context.of_type(_BUDGET)):
            yield "no PodDisruptionBudget covers it in production"


def _budget(budget: Subject, context: Context) -> Iterator[str]:
    least = budget.props.map("spec").value("minAvailable")
    if not isinstance(least, int | float):
        return
    for workload in context.of_type(*_WORKLOADS):
        if _covers(budget, workload, context) and least >= (replicas := _fewest(workload, context)) > 0:
            yield f"keeps {least:g} of the {replicas} replicas of {workload.name} available, so none can be evicted"


def _covers(budget: Subject, workload: Subject, context: Context) -> bool:
    template = pod_template(workload)
    if template is None or namespace_of(budget, context) != namespace_of(workload, context):
        return False
    return selects(budget.props.at("spec.selector"), template.at("metadata.labels"))


def _fewest(workload: Subject, context: Context) -> int:
    """The fewest replicas that a workload has: those of what scales it, else its own."""
    name, kind = name_of(workload), workload.type.rsplit(":", 1)[-1]
    for scaler in context.of_type(*_SCALERS):
        target = scaler.props.at("spec.scaleTargetRef")
        if (target.text("name"), target.text("kind") or "Deployment") != (name, kind):
            continue
        if namespace_of(scaler, context) == namespace_of(workload, context):
            field, default = _SCALERS[scaler.type]
            found = scaler.props.map("spec").number(field)
            return int(default if found is None else found)
    replicas = workload.props.map("spec").number("replicas")
    return int(1 if replicas is None else replicas)


rule = Rule(
    id="survive_drains",
    title="Workloads stay up, and let go, while nodes are drained",
    pack="security",
    severity=Severity.MEDIUM,
    types=(_BUDGET, *_WORKLOADS),
    validate=validate,
    scope=Scope.STACK,
    why="Nodes are replaced every week or so: one replica is then an outage, and a budget that lets none go stops it.",
    fix="Run two replicas or more in production, and let a disruption budget keep all but one of them.",
    code='spec={"replicas": 2}, and a PodDisruptionBudget with {"maxUnavailable": 1}',
    controls=serving(RECOVERY),
)
