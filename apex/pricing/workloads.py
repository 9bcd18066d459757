"""What a Kubernetes workload asks for, and between how many replicas it runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apex.plan import Resource
from apex.pricing.free import ALIASES
from apex.pricing.quantity import HOURS_PER_MONTH, Quantity
from apex.pricing.stack import Props, Stack, UnpriceableError
from apex.pricing.units import read_amount

GPU_KEYS = ("nvidia.com/gpu", "amd.com/gpu", "aws.amazon.com/neuron")
_SERVICES = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
_DAEMONS = "kubernetes:apps/v1:DaemonSet"
_JOBS = "kubernetes:batch/v1:Job"
_CRON = "kubernetes:batch/v1:CronJob"
_POD = "kubernetes:core/v1:Pod"
_SCALED_JOB = "kubernetes:keda.sh/v1alpha1:ScaledJob"
WORKLOADS = frozenset(
    {
        "kubernetes:apps/v1:Deployment",
        "kubernetes:apps/v1:StatefulSet",
        "kubernetes:apps/v1:ReplicaSet",
        "kubernetes:argoproj.io/v1alpha1:Rollout",
        "kubernetes:extensions/v1beta1:Deployment",
        "kubernetes:batch/v1beta1:CronJob",
        _DAEMONS,
        _JOBS,
        _CRON,
        _POD,
        _SCALED_JOB,
        _SERVICES,
    }
)
"""Types whose pods land on nodes."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What one pod asks for: CPUs, bytes of memory, GPUs."""

    cpu: Decimal
    memory: Decimal
    gpus: Decimal


@dataclass(frozen=True, slots=True)
class Workload:
    """Pods of one shape. `replicas` is None for a DaemonSet: one on every node it can land on."""

    resource: Resource
    needs: Needs
    replicas: Quantity | None
    selector: Mapping[str, frozenset[str]]
    tolerations: tuple[Mapping[str, Any], ...]

    def tolerates(self, taint: Mapping[str, str]) -> bool:
        """Whether its pods may land in spite of `taint`."""
        return any(_tolerates(toleration, taint) for toleration in self.tolerations)


def read_workload(resource: Resource, stack: Stack) -> Workload:
    """The workload that `resource` declares. Raises UnpriceableError where its size cannot be known."""
    kind = ALIASES.get(resource.type, resource.type)
    spec = Props.of(resource).block("spec")
    pod = _pod_spec(kind, spec)
    containers = pod.blocks("containers") or ([pod.block("model")] if pod.has("model") else [])
    if not containers:
        raise UnpriceableError("it has no containers to price")
    needs = _needs(containers, pod.blocks("initContainers"))
    return Workload(
        resource, needs, _replicas(kind, resource, stack, spec), _selector(pod), tuple(_maps(pod.get("tolerations")))
    )


def _pod_spec(kind: str, spec: Props) -> Props:
    if kind == _POD:
        return spec
    if kind == _CRON:
        return spec.block("jobTemplate").block("spec").block("template").block("spec")
    if kind == _SERVICES:
        return spec.block("predictor")
    if kind == _SCALED_JOB:
        return spec.block("jobTargetRef").block("template").block("spec")
    return spec.block("template").block("spec")


def _needs(containers: list[Props], first: list[Props]) -> Needs:
    own = [_container(container) for container in containers]
    before = [_container(container) for container in first]
    if not any(n.cpu or n.memory or n.gpus for n in own):
        raise UnpriceableError("its containers request neither CPU, memory nor GPU: its share of a node is not known")
    # Init containers run one at a time before the others, so a pod takes the larger of the two.
    return Needs(_most(own, before, "cpu"), _most(own, before, "memory"), _most(own, before, "gpus"))


def _most(own: list[Needs], before: list[Needs], key: str) -> Decimal:
    together = sum((getattr(need, key) for need in own), Decimal(0))
    return max([together, *(getattr(need, key) for need in before)])


def _container(container: Props) -> Needs:
    resources = container.block("resources")
    limits, requests = resources.block("limits"), resources.block("requests")

    def amount(key: str) -> Decimal:
        # A limit without a request is the request (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/).
        value = requests.get(key) if requests.has(key) else limits.get(key)
        try:
            return read_amount(value) if value is not None else Decimal(0)
        except ValueError as error:
            raise UnpriceableError(f"resources {key}: {error}") from None

    return Needs(amount("cpu"), amount("memory"), sum((amount(key) for key in GPU_KEYS), Decimal(0)))


def _replicas(kind: str, resource: Resource, stack: Stack, spec: Props) -> Quantity | None:
    if kind == _DAEMONS:
        return None
    if kind == _POD:
        return Quantity.of(1)
    if kind in (_JOBS, _CRON):
        inner = spec.block("jobTemplate").block("spec") if kind == _CRON else spec
        hours = stack.quantity(resource, "job", "hours")
        pods = inner.number("parallelism", 1)
        return hours.map(lambda h: min(h / HOURS_PER_MONTH, Decimal(1)) * pods)
    if kind == _SCALED_JOB:
        return _scaled_job(resource, stack, spec)
    if kind == _SERVICES:
        predictor = spec.block("predictor")
        least = predictor.number("minReplicas", 1)
        return _between(least, None, predictor.number("maxReplicas", 0) or max(least, Decimal(1)), "KServe")
    declared = spec.number("replicas", 1) if spec.has("replicas") else None
    scaler = _scaler(resource, stack)
    if scaler is None:
        return Quantity.of(1 if declared is None else declared)
    low, high, name = scaler
    return _between(low, declared, high, name)


def _scaled_job(resource: Resource, stack: Stack, spec: Props) -> Quantity:
    """Jobs that come and go with the work: the hours of all of them together, never more at once than may run."""
    hours = stack.quantity(resource, "job", "hours")
    most, least = spec.number("maxReplicaCount", 100), spec.number("minReplicaCount", 0)
    return hours.map(lambda h: min(least + h / HOURS_PER_MONTH, most))


def _between(low: Decimal, declared: Decimal | None, high: Decimal, name: str) -> Quantity:
    high = max(low, high)
    if low == high:
        return Quantity.of(low)
    middle = min(max(declared, low), high) if declared is not None else (low + high) / 2
    how = f"{middle:f} declared" if declared is not None else "half way is expected"
    return Quantity(low, middle, high, f"{name} keeps {low:f} to {high:f} replicas, {how}")


def _scaler(resource: Resource, stack: Stack) -> tuple[Decimal, Decimal, str] | None:
    if "scalers" not in stack.notes:
        stack.notes["scalers"] = dict(_scalers(stack))
    found: tuple[Decimal, Decimal, str] | None = stack.notes["scalers"].get(name_of(resource))
    if found is None:
        for user in stack.users(resource):
            if (bounds := _bounds(user)) is not None:
                return bounds
    return found


def _scalers(stack: Stack) -> Iterable[tuple[tuple[str, str], tuple[Decimal, Decimal, str]]]:
    for resource in stack.planned():
        bounds = _bounds(resource)
        if bounds is not None:
            target = Props.of(resource).block("spec").block("scaleTargetRef").raw("name")
            if isinstance(target, str):
                yield (name_of(resource)[0], target), bounds


def _bounds(resource: Resource) -> tuple[Decimal, Decimal, str] | None:
    spec = Props.of(resource).block("spec") if resource.type.startswith("kubernetes:") else Props({})
    if resource.type.startswith("kubernetes:autoscaling/") and resource.type.endswith(":HorizontalPodAutoscaler"):
        return spec.number("minReplicas", 1), spec.number("maxReplicas"), "its HorizontalPodAutoscaler"
    if resource.type == "kubernetes:keda.sh/v1alpha1:ScaledObject":
        return spec.number("minReplicaCount", 0), spec.number("maxReplicaCount", 100), "its KEDA ScaledObject"
    return None


def name_of(resource: Resource) -> tuple[str, str]:
    """Namespace and name of a Kubernetes object, as far as they are known."""
    metadata = resource.inputs.get("metadata")
    known = metadata if isinstance(metadata, Mapping) else {}
    namespace, name = known.get("namespace"), known.get("name")
    return (
        namespace if isinstance(namespace, str) else "",
        name if isinstance(name, str) else resource.name,
    )


def _selector(pod: Props) -> dict[str, frozenset[str]]:
    wanted = {str(k): frozenset([str(v)]) for k, v in (pod.get("nodeSelector") or {}).items()}
    required = pod.block("affinity").block("nodeAffinity").block("requiredDuringSchedulingIgnoredDuringExecution")
    for term in required.blocks("nodeSelectorTerms")[:1]:
        for rule in term.blocks("matchExpressions"):
            if rule.text("operator", "In") == "In":
                key, values = rule.text("key"), frozenset(rule.strings("values"))
                wanted[key] = wanted[key] & values if key in wanted else values
    return wanted


def _maps(value: Any) -> Iterable[Mapping[str, Any]]:
    return (item for item in value or () if isinstance(item, Mapping))


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, str]) -> bool:
    key, effect = toleration.get("key"), toleration.get("effect")
    if key not in (None, "", taint.get("key")) or effect not in (None, "", taint.get("effect")):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return True
    return key == taint.get("key") and str(toleration.get("value", "")) == str(taint.get("value", ""))
