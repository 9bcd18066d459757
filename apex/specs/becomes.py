"""What becomes of each declaration: the resources, as a tree. `apex graph` prints it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apex.specs.catalog import Catalog, Declaration
from apex.specs.component import MultimodalAIComponent
from apex.specs.finops import Budget
from apex.specs.governance import DataContract
from apex.specs.pipeline import CostAlert, DataPipeline, LatencyAlert, QualityAlert, Step
from apex.specs.platform import Platform


@dataclass(frozen=True, slots=True)
class Node:
    """Something that is made, called `name`, with what is made below it; `what` is its type or its purpose."""

    what: str
    name: str
    parts: tuple["Node", ...] = ()


def becomes(catalog: Catalog) -> tuple[Node, ...]:
    """A node for each declaration of `catalog` that becomes resources, with them below it."""
    nodes = (
        Node(found.kind, f"{found.namespace}/{found.name}" if found.namespace else found.name, tuple(_parts(found)))
        for found in catalog.declarations
    )
    return tuple(node for node in nodes if node.parts)


def _parts(found: Declaration[Any]) -> Iterator[Node]:
    model = found.model
    if isinstance(model, DataPipeline):
        yield from _pipeline_parts(model)
    elif isinstance(model, MultimodalAIComponent):
        yield from _component_parts(model)
    elif isinstance(model, DataContract):
        yield from _contract_parts(model)
    elif isinstance(model, Budget):
        yield Node("AWS Budget", model.metadata.name)
    elif isinstance(model, Platform):
        yield from (Node("Kafka topic", topic.name) for topic in model.spec.topics)
        yield from (Node("Glue schema", schema.name) for schema in model.spec.schemas)
    elif isinstance(model, dict):
        yield Node(f"Kubernetes {found.kind}", found.name)
        if found.kind == "Deployment":
            yield Node("Kubernetes NetworkPolicy", found.name)


def _pipeline_parts(model: DataPipeline) -> Iterator[Node]:
    name, spec = model.metadata.name, model.spec
    yield from _source_parts(model)
    steps = tuple(_step(name, step) for step in spec.transformation.steps)
    yield Node("Step Functions state machine", name, steps)
    yield from _destination_parts(model)
    for alert in spec.monitoring.alerts:
        if isinstance(alert, LatencyAlert):
            yield Node("CloudWatch alarm", f"{name}-latency")
        elif isinstance(alert, QualityAlert):
            yield Node("CloudWatch alarm", f"{name}-{alert.metric}")
        elif isinstance(alert, CostAlert):
            yield Node("AWS Budget", f"{name}-daily")


def _source_parts(model: DataPipeline) -> Iterator[Node]:
    name, source = model.metadata.name, model.spec.source
    if source.type == "kafka":
        delivery = Node(
            "Firehose delivery into the raw tier", f"{name}-delivery", (Node("IAM role", f"{name}-delivery"),)
        )
        yield Node("Kafka topic", str(source.topic), (delivery,))
    elif source.type == "kinesis":
        yield Node("Kinesis stream", str(source.stream))
    elif source.type == "jdbc":
        yield Node("Glue connection", str(source.connection))
    if source.schema_ is not None:
        yield Node("Glue schema", source.schema_.path.rpartition("/")[2])


_RUNTIMES = {
    "apache-flink": "Managed Flink application",
    "apache-spark": "EMR Serverless application",
    "aws-comprehend": "Comprehend call",
    "aws-rekognition": "Rekognition call",
    "aws-transcribe": "Transcribe call",
    "container": "KEDA ScaledJob",
}


def _step(pipeline: str, step: Step) -> Node:
    name = f"{pipeline}-{step.name}"
    return Node(_RUNTIMES[step.processor], name, (Node("IAM role of least privilege", name),))


def _destination_parts(model: DataPipeline) -> Iterator[Node]:
    name, target, spec = model.metadata.name, model.spec.destination, model.spec
    if target.type == "s3":
        rules = tuple(
            Node("Glue data quality ruleset", f"{name}-{alert.metric}")
            for alert in spec.monitoring.alerts
            if isinstance(alert, QualityAlert)
        )
        place = f"{target.bucket}/{target.path or ''}"
        yield Node("S3 prefix with its lifecycle", place, (Node("Glue table", name, rules),))
    elif target.type == "kafka":
        yield Node("Kafka topic", str(target.topic))
    elif target.type == "vector-database":
        yield Node("vector index", str(target.index))
    else:
        yield Node("feature group", str(target.feature_group))


def _component_parts(model: MultimodalAIComponent) -> Iterator[Node]:
    name, spec = model.metadata.name, model.spec
    governance = spec.governance
    scaling = governance.cost_optimization.autoscaling
    workload = "Argo Rollout" if spec.release.strategy in ("canary", "blueGreen") else "Kubernetes Deployment"
    analyses = tuple(Node("analysis", metric.name) for metric in spec.release.rollout_metrics)
    yield Node(
        "InferenceService",
        name,
        (
            Node(workload, name, analyses),
            Node("Kubernetes Service", name),
            Node("HorizontalPodAutoscaler", f"{scaling.min_replicas} to {scaling.max_replicas} replicas"),
            Node("PodDisruptionBudget", name),
            Node("NetworkPolicy", name),
            Node("ServiceAccount", name),
        ),
    )
    yield Node("ConfigMap of governance thresholds", f"{name}-governance")
    if governance.audit_trail.enabled:
        yield Node("CloudWatch log group", f"{name}-audit, {governance.audit_trail.log_retention_days} days")
    if scaling.cost_threshold_usd_per_day is not None:
        yield Node("AWS Budget", f"{name}-daily")


def _contract_parts(model: DataContract) -> Iterator[Node]:
    for operation, roles in sorted(model.spec.access.items()):
        yield from (Node("Lake Formation permission", f"{role} may {operation} {model.spec.dataset}") for role in roles)
    yield from (Node("Lake Formation tag", f"pii={item.handling} on {item.column}") for item in model.spec.pii)
    yield Node("lifecycle rule", f"{model.spec.retention_days} days")


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
