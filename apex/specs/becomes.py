"""What becomes of each declaration: the resources, as a tree. `apex graph` prints it."""

from collections.abc import Iterator
from typing import Any

from apex.specs.becomes_pipeline import pipeline_parts
from apex.specs.catalog import Catalog, Declaration
from apex.specs.component import MultimodalAIComponent
from apex.specs.contracts import pipeline_of
from apex.specs.finops import Budget, Ownership
from apex.specs.governance import DataContract
from apex.specs.node import Node
from apex.specs.pipeline import DataPipeline
from apex.specs.platform import Platform


def becomes(catalog: Catalog) -> tuple[Node, ...]:
    """A node for each declaration of `catalog` that becomes resources, with them below it."""
    nodes = (
        Node(
            found.kind,
            f"{found.namespace}/{found.name}" if found.namespace else found.name,
            tuple(_parts(found, catalog)),
        )
        for found in catalog.declarations
    )
    return tuple(node for node in nodes if node.parts)


def _parts(found: Declaration[Any], catalog: Catalog) -> Iterator[Node]:
    model = found.model
    if isinstance(model, DataPipeline):
        yield from pipeline_parts(model)
    elif isinstance(model, MultimodalAIComponent):
        yield from _component_parts(model)
    elif isinstance(model, DataContract):
        yield from _contract_parts(model, pipeline_of(catalog, model) is not None)
    elif isinstance(model, Budget):
        yield Node("AWS Budget", model.metadata.name)
    elif isinstance(model, Platform):
        yield from (Node("Kafka topic", topic.name) for topic in model.spec.topics)
        yield from (Node("Glue schema", schema.name) for schema in model.spec.schemas)
        yield from (Node("IAM role", role.name) for role in model.spec.roles)
    elif isinstance(model, Ownership):
        yield from (Node("Kubernetes Namespace with quota and walls", entry.name) for entry in model.spec.namespaces)
    elif isinstance(model, dict):
        yield Node(f"Kubernetes {found.kind}", found.name)
        if found.kind in _RUN_PODS:
            yield from (
                Node("Kubernetes NetworkPolicy", f"{found.name}-{found.kind.lower()}-{suffix}")
                for suffix in ("allow", "deny")
            )


_RUN_PODS = ("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet")


def _component_parts(model: MultimodalAIComponent) -> Iterator[Node]:
    name, spec = model.metadata.name, model.spec
    cost, trail = spec.governance.cost_optimization, spec.governance.audit_trail
    yield Node("InferenceService", name, tuple(_service_parts(model)))
    yield Node("ConfigMap of governance thresholds", f"{name}-governance")
    if trail.enabled:
        key = Node("KMS key", f"{name}-audit")
        yield Node("CloudWatch log group", f"{name}-audit, {trail.log_retention_days} days", (key,))
    if cost.autoscaling.cost_threshold_usd_per_day is not None:
        yield Node("AWS Budget", f"{name}-daily")


def _service_parts(model: MultimodalAIComponent) -> Iterator[Node]:
    name, release = model.metadata.name, model.spec.release
    cost = model.spec.governance.cost_optimization
    scaling = cost.autoscaling
    strategy = release.strategy
    if strategy == "canary" and scaling.min_replicas < 2:
        strategy = "blueGreen"  # one replica has no share to give away
    if strategy == "rolling":
        yield Node("Kubernetes Deployment", name)
    else:
        measures = tuple(Node("Argo AnalysisTemplate", metric.name) for metric in release.rollout_metrics)
        yield Node("Argo Rollout", f"{name}, {'blue-green' if strategy == 'blueGreen' else strategy}", measures)
        yield Node("ServiceMonitor", name)
    yield Node("Kubernetes Service", name)
    if strategy == "blueGreen":
        yield Node("Kubernetes Service", f"{name}-preview")
    scaler = (
        "KEDA ScaledObject"
        if cost.resource_limits.gpu and cost.resource_limits.gpu.value
        else "HorizontalPodAutoscaler"
    )
    yield Node(scaler, f"{scaling.min_replicas} to {scaling.max_replicas} replicas")
    yield Node("PodDisruptionBudget", name)
    yield from (Node("Kubernetes NetworkPolicy", f"{name}-{suffix}") for suffix in ("allow", "deny"))
    yield Node("ServiceAccount", name)


def _contract_parts(model: DataContract, has_table: bool) -> Iterator[Node]:
    name, spec = model.metadata.name, model.spec
    for operation, roles in sorted(spec.access.items()):
        to = tuple(Node("attached to IAM role", role) for role in sorted(set(roles)))
        yield Node("IAM policy", f"{name}-{operation} on {spec.tier}/{spec.prefix}", to)
    yield Node("lifecycle rule", f"{spec.tier}/{spec.prefix} for {spec.retention_days} days")
    if not has_table:
        return
    yield Node("Lake Formation location", f"{spec.tier}/{spec.prefix}", (Node("IAM role", f"{name}-location"),))
    personal = [item for item in spec.pii if item.handling != "drop"]
    for role in sorted({role for roles in spec.access.values() for role in roles}):
        may = {operation for operation, roles in spec.access.items() if role in roles}
        if may - {"read"}:
            yield Node("Lake Formation grant", f"{role} may {' and '.join(sorted(may - {'read'}))} in the table")
        if "read" in may and "admin" not in may:
            hidden = f" but {', '.join(sorted(item.column for item in personal))}" if personal else ""
            yield Node("Lake Formation grant", f"{role} may read all columns{hidden}")
    yield from (Node("Lake Formation tag", f"pii={item.handling} on {item.column}") for item in personal)


def as_tree(nodes: tuple[Node, ...]) -> str:
    """`nodes` as text."""
    return "\n".join(line for node in nodes for line in (f"{node.what} {node.name}", *_branches(node.parts, "")))


def _branches(parts: tuple[Node, ...], indent: str) -> Iterator[str]:
    for part in parts:
        is_last = part is parts[-1]
        yield f"{indent}{'└─' if is_last else '├─'} {part.what}: {part.name}"
        yield from _branches(part.parts, indent + ("   " if is_last else "│  "))


def as_mermaid(nodes: tuple[Node, ...]) -> str:
    """`nodes` as a Mermaid flow chart."""
    lines = ["flowchart LR"]
    counter = iter(range(10**9))

    def draw(node: Node, parent: str | None) -> None:
        own = f"n{next(counter)}"
        label = f"{node.what}<br/>{node.name}".replace('"', "#quot;").replace("{", "#123;").replace("}", "#125;")
        lines.append(f'  {own}["{label}"]')
        if parent is not None:
            lines.append(f"  {parent} --> {own}")
        for part in node.parts:
            draw(part, own)

    for node in nodes:
        draw(node, None)
    return "\n".join(lines)
