"""Data pipelines of the catalog as arguments, and what they need of the cluster of topics and of the buckets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from apex.specs import Catalog, Declaration
from apex.specs.pipeline import CostAlert, DataPipeline, Destination, LatencyAlert, QualityAlert, Source
from apex.specs.platform import SchemaFile
from components.cluster_addons import ClusterAddonsArgs
from components.data_pipeline import DataPipelineArgs, stream_topics
from components.kafka_cluster import KafkaCluster, KafkaClusterArgs
from components.kafka_options import KafkaTopic
from components.kafka_schemas import KafkaSchema
from components.keys import Account
from components.kubernetes_cluster import KubernetesCluster
from components.network import Network
from components.pipeline_options import (
    DestinationKind,
    Mode,
    PipelineDestination,
    PipelineSource,
    PipelineStep,
    Processor,
    SourceKind,
    mode_of,
)
from components.pipeline_options import Step as StepPlan
from components.schema_options import SchemaCompatibility, SchemaFormat
from components.storage_tiers import Retention, StorageTiers, StorageTiersArgs
from components.team_namespace import TeamNamespace
from components.vector_database import VectorDatabase
from components.workload import quantity
from stack.declared import cost_tags, namespace_of, place
from stack.environment import Environment

_FORMATS = {"avro": SchemaFormat.AVRO, "json": SchemaFormat.JSON, "protobuf": SchemaFormat.PROTOBUF}
_WORK_DAYS = 7
_FEATURES = "features"


@dataclass(frozen=True, slots=True)
class Platform:
    """What pipelines stand on."""

    network: Network
    storage: StorageTiers
    kafka: KafkaCluster
    vectors: VectorDatabase
    cluster: KubernetesCluster
    namespaces: Mapping[str, TeamNamespace]


def with_topics(args: KafkaClusterArgs, declared: Catalog) -> KafkaClusterArgs:
    """`args` with the topics and schemas that the catalog declares, and the topics between streaming steps."""
    topics: list[KafkaTopic] = []
    schemas: list[KafkaSchema] = []
    for found in declared.platform:
        spec = found.model.spec
        topics += [
            {"name": each.name, "partitions": each.partitions, "retention_hours": each.retention_hours}
            for each in spec.topics
        ]
        schemas += [
            {
                "name": each.name,
                "format": _FORMATS[each.type],
                "definition": _text(found, each),
                "compatibility": SchemaCompatibility(each.compatibility),
            }
            for each in spec.schemas
        ]
    partitions = {topic["name"]: topic["partitions"] for topic in topics}
    for pipeline in declared.pipelines:
        topic = pipeline.model.spec.source.topic or ""
        topics += [
            {"name": between, "partitions": partitions.get(topic, 1), "retention_hours": 24}
            for between in _between(pipeline)
        ]
    reads = any(found.model.spec.source.type == "kafka" for found in declared.pipelines)
    return {**args, "topics": topics, "schemas": schemas, "firehose": reads}


def with_pipelines(args: StorageTiersArgs, declared: Catalog) -> StorageTiersArgs:
    """`args` with buckets that tell of new objects, and rules that delete what is between two steps."""
    kept: dict[str, list[Retention]] = {}
    telling = {"raw"}
    for found in declared.pipelines:
        kept.setdefault("raw", []).append(
            {"name": f"{found.name}-work", "prefix": f"work/{found.name}/", "expire_after_days": _WORK_DAYS}
        )
        source = found.model.spec.source
        if source.type == "s3":
            telling.add(str(source.bucket))
    tiers = list(args.get("tiers", []))
    for index, tier in enumerate(tiers):
        if tier["name"] in telling:
            tier = {**tier, "events": True}
        if tier["name"] in kept:
            tier = {**tier, "retentions": [*tier.get("retentions", []), *kept[tier["name"]]]}
        tiers[index] = tier
    return {**args, "tiers": tiers}


def with_measures(
    args: ClusterAddonsArgs, env: Environment, declared: Catalog, kafka: KafkaCluster
) -> ClusterAddonsArgs:
    """`args` with the queues and topics that KEDA has to measure to start the pipelines' jobs."""
    account = Account.of(kafka)
    queues: list[pulumi.Input[str]] = []
    topics: list[pulumi.Input[str]] = []
    for found in declared.pipelines:
        source, steps = found.model.spec.source, found.model.spec.transformation.steps
        if _mode(found) is Mode.STREAM:
            topics += [
                pulumi.Output.concat(account.arn("kafka", "topic/"), kafka.cluster_name, f"/*/{topic}")
                for topic in (str(source.topic), *_between(found))
            ]
        else:
            queues += [
                account.arn("sqs", f"{env.name}-{found.name}-{step.name}")
                for step in steps
                if step.processor == Processor.CONTAINER.value
            ]
    return {
        **args,
        "scaled_queue_arns": [*args.get("scaled_queue_arns", []), *queues],
        "scaled_topic_arns": [*args.get("scaled_topic_arns", []), *topics],
    }


def pipelines(env: Environment, declared: Catalog, platform: Platform) -> Iterator[tuple[str, DataPipelineArgs]]:
    """Name and arguments of every pipeline."""
    schemas = {each.path: (found, each) for found in declared.platform for each in found.model.spec.schemas}
    for found in declared.pipelines:
        spec = found.model.spec
        source, steps = _source(found, platform, schemas), _steps(found)
        args: DataPipelineArgs = {
            "tags": cost_tags(env, declared, found),
            "pipeline": found.name,
            "source": source,
            "steps": steps,
            "destination": _destination(env, found, platform),
            "storage": {"bucket": platform.storage.bucket_names["raw"], "kms_key_arn": platform.storage.kms_key_arn},
            "kafka": {
                "cluster_arn": platform.kafka.arn,
                "cluster_name": platform.kafka.cluster_name,
                "bootstrap_brokers": platform.kafka.bootstrap_brokers_sasl_iam,
            },
            "network": {
                "vpc_id": platform.network.vpc_id,
                "cidr": str(env.settings.network.cidr),
                "subnet_ids": list(platform.network.private_subnet_ids),
            },
            "log_retention_days": env.settings.kafka.log_retention_days,
        }
        if any(step["processor"] is Processor.CONTAINER for step in steps):
            needs = spec.resource_requirements
            args["kubernetes"] = {
                "cluster_name": platform.cluster.cluster_name,
                "namespace": namespace_of(found, platform.namespaces),
                "cpu": str(needs.cpu or "1"),
                "memory": str(needs.memory or "2Gi"),
                "gpus": int(quantity(str(needs.gpu)) or 0) if needs.gpu else 0,
            }
        if personal := _personal(declared, found):
            args["personal"] = personal
        _alerts(args, declared, found)
        yield found.name, args


def _alerts(args: DataPipelineArgs, declared: Catalog, found: Declaration[DataPipeline]) -> None:
    alerts = found.model.spec.monitoring.alerts
    if not alerts:
        return
    args["emails"] = list(declared.ownership.teams[args["tags"]["team"]].contacts)
    args["quality"] = [
        {"metric": alert.metric, "least": float(alert.threshold)} for alert in alerts if isinstance(alert, QualityAlert)
    ]
    for alert in alerts:
        if isinstance(alert, LatencyAlert):
            args["latency_seconds"] = max(1, int(alert.threshold.seconds))
        elif isinstance(alert, CostAlert):
            args["daily_limit"] = f"{alert.threshold:f}"


def _source(
    found: Declaration[DataPipeline],
    platform: Platform,
    schemas: Mapping[str, tuple[Declaration[Any], SchemaFile]],
) -> PipelineSource:
    source: Source = found.model.spec.source
    args: PipelineSource = {"kind": SourceKind(source.type)}
    if source.schema_ is not None:
        known = schemas.get(source.schema_.path)
        if known is None:
            raise pulumi.RunError(
                f'{place(found)}: spec.source.schema.path: "{source.schema_.path}" is not a schema of the platform'
            )
        args["schema_format"] = _FORMATS[source.schema_.type]
        args["schema_definition"] = _text(*known)
    if source.type == "kafka":
        args["topic"] = str(source.topic)
    elif source.type == "s3":
        args["bucket"], base = _bucket(found, str(source.bucket), platform)
        args["prefix"] = base + (source.path or "")
    elif source.type == "jdbc":
        args["connection"], args["table"] = str(source.connection), str(source.table)
    return args


def _steps(found: Declaration[DataPipeline]) -> list[PipelineStep]:
    steps: list[PipelineStep] = []
    for step in found.model.spec.transformation.steps:
        made: PipelineStep = {"name": step.name, "processor": Processor(step.processor), "config": dict(step.config)}
        if step.image:
            made["image"] = str(step.image)
        steps.append(made)
    return steps


def _destination(env: Environment, found: Declaration[DataPipeline], platform: Platform) -> PipelineDestination:
    target: Destination = found.model.spec.destination
    args: PipelineDestination = {"kind": DestinationKind(target.type)}
    if target.type == "kafka":
        args["topic"] = str(target.topic)
    elif target.type == "vector-database":
        args["index"] = str(target.index)
        args["collection"] = f"{env.name}-vectors"
        args["endpoint"] = platform.vectors.endpoint
    else:
        bucket, path = (str(target.bucket), target.path) if target.type == "s3" else (_FEATURES, "")
        args["bucket"], base = _bucket(found, bucket, platform)
        args["prefix"] = base + (path or f"{target.feature_group or found.name}/{{date}}/")
        if args["prefix"].startswith("{"):
            raise pulumi.RunError(f"{place(found)}: spec.destination.path begins with a date; put a name before it")
    if target.format == "parquet":
        args["parquet"] = True
        args["compression"] = _compression(target)
    return args


def _compression(target: Destination) -> str:
    return {"none": "uncompressed", "gzip": "gzip"}.get(target.compression or "", "snappy")


def _bucket(found: Declaration[DataPipeline], named: str, platform: Platform) -> tuple[pulumi.Input[str], str]:
    """A bucket, by the name of a tier or by its address, and what of the address is below it."""
    if named.startswith("s3://"):
        bucket, _, rest = named.removeprefix("s3://").partition("/")
        return bucket, f"{rest.rstrip('/')}/" if rest else ""
    tiers = platform.storage.bucket_names
    if named not in tiers:
        raise pulumi.RunError(f'{place(found)}: "{named}" is not a storage tier; use one of {", ".join(sorted(tiers))}')
    return tiers[named], ""


def _between(found: Declaration[DataPipeline]) -> list[str]:
    steps = [step.name for step in found.model.spec.transformation.steps]
    return stream_topics(found.name, steps) if _mode(found) is Mode.STREAM else []


def _mode(found: Declaration[DataPipeline]) -> Mode:
    spec = found.model.spec
    steps = [StepPlan(step.name, Processor(step.processor), "", {}) for step in spec.transformation.steps]
    return mode_of(SourceKind(spec.source.type), steps)


def _personal(declared: Catalog, found: Declaration[DataPipeline]) -> dict[str, str]:
    """What the contract about the results says of personal columns; those that a step redacts are left to it."""
    target = found.model.spec.destination
    handled: dict[str, str] = {}
    for contract in declared.contracts:
        spec = contract.model.spec
        if target.type == "s3" and target.bucket == spec.tier and (target.path or "").startswith(spec.prefix):
            for item in spec.pii:
                if item.handling in ("drop", "hash"):
                    handled[item.column] = item.handling
    return handled


def _text(found: Declaration[Any], schema: SchemaFile) -> str:
    return (found.sources[0].file.parent / schema.file).read_text(encoding="utf-8")
