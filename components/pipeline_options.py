"""What can be asked of a pipeline, and how its steps are run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi

from apex.tags import CostTags
from components.nested_arguments import NestedArguments
from components.pipeline_columns import Column, columns_of
from components.schema_options import SchemaFormat


class SourceKind(StrEnum):
    """Where data comes from."""

    KAFKA = "kafka"
    """A topic of an MSK cluster."""
    KINESIS = "kinesis"
    """A data stream, which the pipeline makes."""
    S3 = "s3"
    """Objects below a prefix."""
    JDBC = "jdbc"
    """A table of a database, through a Glue connection that exists."""


class Processor(StrEnum):
    """What runs a step."""

    TRANSCRIBE = "aws-transcribe"
    """Speech to text."""
    REKOGNITION = "aws-rekognition"
    """What is on an image."""
    COMPREHEND = "aws-comprehend"
    """What a text says."""
    SPARK = "apache-spark"
    """Spark on EMR Serverless."""
    FLINK = "apache-flink"
    """Flink on the managed service."""
    CONTAINER = "container"
    """A container as Kubernetes jobs."""


class DestinationKind(StrEnum):
    """Where results go."""

    S3 = "s3"
    """Objects below a prefix, with a table over them."""
    KAFKA = "kafka"
    """A topic, written by the last step."""
    VECTORS = "vector-database"
    """An index of vectors, written by the last step."""
    FEATURES = "feature-store"
    """A feature group: a table over a prefix of the features tier."""


class Mode(StrEnum):
    """How the steps of a pipeline are run; follows from its source and its steps."""

    FLINK = "flink"
    """One Flink application reads the source for ever; a state machine sees to it that it runs."""
    STREAM = "stream"
    """Jobs start as records of the topic wait; each step hands records on through a topic of its own."""
    BATCH = "batch"
    """A state machine runs by the clock over what has arrived since."""
    RECORDS = "records"
    """A state machine runs for each object that arrives, and in it for each record."""
    OBJECTS = "objects"
    """A state machine runs for each object that arrives."""


class PipelineSource(TypedDict):
    """Where the data comes from."""

    kind: SourceKind
    """What kind of place it is."""
    bucket: NotRequired[pulumi.Input[str]]
    """For s3, required there: the bucket. Default: none."""
    prefix: NotRequired[str]
    """For s3: the prefix. Default: the whole bucket."""
    topic: NotRequired[str]
    """For kafka, required there: the topic, which exists. Default: none."""
    connection: NotRequired[str]
    """For jdbc, required there: the Glue connection, which exists. Default: none."""
    table: NotRequired[str]
    """For jdbc, required there: the table or view. Default: none."""
    schema_format: NotRequired[SchemaFormat]
    """The language of the records' schema. Required for kafka and kinesis. Default: none."""
    schema_definition: NotRequired[str]
    """The schema. Required for kafka and kinesis. Default: none."""


class PipelineStep(TypedDict):
    """One transformation."""

    name: str
    """What it is called."""
    processor: Processor
    """What runs it."""
    image: NotRequired[str]
    """The container image; required for containers. Default: none."""
    config: NotRequired[dict[str, Any]]
    """Settings of the processor. Default: none."""


class PipelineDestination(TypedDict):
    """Where the results go."""

    kind: DestinationKind
    """What kind of place it is."""
    bucket: NotRequired[pulumi.Input[str]]
    """For s3 and feature-store, required there: the bucket. Default: none."""
    prefix: NotRequired[str]
    """For s3 and feature-store, required there: the prefix, with parts such as {date} and {hour}. Default: none."""
    parquet: NotRequired[bool]
    """Whether results are kept as Parquet. Default: no, as lines of JSON."""
    compression: NotRequired[str]
    """How Parquet is compressed: gzip, snappy or uncompressed. Default: snappy."""
    topic: NotRequired[str]
    """For kafka, required there: the topic, which exists. Default: none."""
    index: NotRequired[str]
    """For vector-database, required there: the index. Default: none."""
    collection: NotRequired[str]
    """For vector-database, required there: the name of the OpenSearch Serverless collection. Default: none."""
    endpoint: NotRequired[pulumi.Input[str]]
    """For vector-database, required there: where it is reached. Default: none."""


class PipelineKafka(TypedDict):
    """The MSK cluster of the topics."""

    cluster_arn: pulumi.Input[str]
    """The cluster."""
    cluster_name: pulumi.Input[str]
    """Its name."""
    bootstrap_brokers: pulumi.Input[str]
    """Where clients with an IAM role begin."""


class PipelinePlace(TypedDict):
    """Where Spark and Flink run."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    cidr: str
    """Its prefix, which Kafka is in."""
    subnet_ids: list[pulumi.Input[str]]
    """Private subnets."""


class PipelineCluster(TypedDict):
    """Where containers run."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, with KEDA and the pod identity agent."""
    namespace: pulumi.Input[str]
    """An existing namespace."""
    cpu: NotRequired[str]
    """What each job may use. Default: 1."""
    memory: NotRequired[str]
    """What each job may use. Default: 2Gi."""
    gpus: NotRequired[int]
    """Whole GPUs of each job. Default: 0."""
    max_jobs: NotRequired[int]
    """How many jobs of a step run at once at most. Default: 4."""


class QualityAlert(TypedDict):
    """The least that a measure of the results may be."""

    metric: str
    """completeness, freshness, uniqueness or validity."""
    least: float
    """From 0 to 1."""


METRICS = ("completeness", "freshness", "uniqueness", "validity")
_NATIVE = (Processor.COMPREHEND, Processor.REKOGNITION, Processor.TRANSCRIBE)
_DELIVERED = (SourceKind.KAFKA, SourceKind.KINESIS, SourceKind.JDBC)
_PARTS = re.compile(r"\{(\w+)\}")
_LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is run."""

    name: str
    processor: Processor
    image: str
    config: Mapping[str, Any]

    @property
    def redacts(self) -> bool:
        """Whether it takes personal data out."""
        return self.config.get("piiRedaction") == "enabled"

    def setting(self, key: str, default: str) -> str:
        """A setting of its processor as text."""
        return str(self.config.get(key) or default)


@dataclass(frozen=True, slots=True)
class PipelinePlan:
    """A pipeline as it is made."""

    name: str
    pipeline: str
    tags: CostTags
    mode: Mode
    source: SourceKind
    source_prefix: str
    topic: str
    connection: str
    table: str
    schema_format: SchemaFormat
    schema_definition: str
    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    destination: DestinationKind
    prefix: str
    parquet: bool
    compression: str
    target_topic: str
    index: str
    latency_seconds: int
    quality: tuple[tuple[str, float], ...]
    daily_limit: str
    emails: tuple[str, ...]
    every_minutes: int
    log_days: int

    @property
    def is_delivered(self) -> bool:
        """Whether the source is brought into the raw tier."""
        return self.source in _DELIVERED

    @property
    def is_decoded(self) -> bool:
        """Whether its records are Avro, which is brought into JSON on the way."""
        return self.source in (SourceKind.KAFKA, SourceKind.KINESIS) and self.schema_format is SchemaFormat.AVRO

    @property
    def raw_prefix(self) -> str:
        """Where the source is brought to in the raw tier."""
        return f"sources/{self.pipeline}/"

    @property
    def work_prefix(self) -> str:
        """Where what is between two steps lies in the raw tier."""
        return f"work/{self.pipeline}/"

    @property
    def results_prefix(self) -> str:
        """Where results lie; those of a pipeline whose last step writes elsewhere are kept in the raw tier."""
        return self.prefix or f"results/{self.pipeline}/{{date}}/"

    @property
    def has_machine(self) -> bool:
        """Whether a state machine runs the steps."""
        return self.mode is not Mode.STREAM


def read_plan(name: str, check: NestedArguments, args: Mapping[str, Any]) -> PipelinePlan:
    """The plan that the arguments ask for; what cannot be is refused through `check`."""
    tags = check.cost_tags()
    source = check.item("source") or NestedArguments(f"{name}.source", {})
    target = check.item("destination") or NestedArguments(f"{name}.destination", {})
    source.allow_only(PipelineSource.__annotations__)
    target.allow_only(PipelineDestination.__annotations__)
    kind = source.choice("kind", SourceKind, SourceKind.S3)
    steps = tuple(_read_step(name, item) for item in check.items("steps"))
    if not steps:
        check.refuse("steps", "is empty; name at least one step")
    names = [step.name for step in steps]
    for repeated in sorted({each for each in names if names.count(each) > 1}):
        check.refuse("steps", f'"{repeated}" is there twice; give each step a name of its own')
    mode = mode_of(kind, steps)
    form = source.choice("schema_format", SchemaFormat, SchemaFormat.JSON)
    definition = str(source.given("schema_definition", ""))
    _check_steps(check, kind, form, steps, mode)
    destination = target.choice("kind", DestinationKind, DestinationKind.S3)
    _check_places(check, source, target, kind, destination, mode, args)
    latency = check.whole("latency_seconds", 0, least=0, most=86_400)
    plan = PipelinePlan(
        name=name,
        pipeline=check.text("pipeline", r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", "a lower-case name", name),
        tags=tags,
        mode=mode,
        source=kind,
        source_prefix=str(source.given("prefix", "")),
        topic=str(source.given("topic", "")),
        connection=str(source.given("connection", "")),
        table=str(source.given("table", "")),
        schema_format=form,
        schema_definition=definition,
        columns=columns_of(form, definition) if definition else (),
        steps=steps,
        destination=destination,
        prefix=_read_prefix(target),
        parquet=target.flag("parquet", False),
        compression=target.text("compression", "gzip|snappy|uncompressed", "gzip, snappy or uncompressed", "snappy"),
        target_topic=str(target.given("topic", "")),
        index=str(target.given("index", "")),
        latency_seconds=latency,
        quality=_read_quality(check),
        daily_limit=str(check.given("daily_limit", "")),
        emails=check.texts("emails"),
        every_minutes=check.whole("every_minutes", _every(latency), least=5, most=1440),
        log_days=check.log_retention_days("log_retention_days", 30),
    )
    if (plan.latency_seconds or plan.quality or plan.daily_limit) and not plan.emails:
        check.refuse("emails", "is empty, so nobody hears of the alerts; add an address")
    return plan


def mode_of(source: SourceKind, steps: Sequence[Step]) -> Mode:
    """How these steps are run on this source."""
    kinds = {step.processor for step in steps}
    if Processor.FLINK in kinds:
        return Mode.FLINK
    if Processor.SPARK in kinds:
        return Mode.BATCH
    if kinds & set(_NATIVE):
        return Mode.RECORDS
    return Mode.STREAM if source is SourceKind.KAFKA else Mode.OBJECTS


def _read_step(name: str, check: NestedArguments) -> Step:
    check.allow_only(PipelineStep.__annotations__)
    step = check.text("name", r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", 'at most 40 lower-case letters, digits and "-"')
    if len(name) + len(step) + 1 > _LONGEST_NAME:
        check.refuse("name", f'"{step}" makes a name longer than {_LONGEST_NAME} with "{name}"; shorten one of them')
    processor = check.choice("processor", Processor, Processor.CONTAINER)
    image = str(check.given("image", ""))
    if processor is Processor.CONTAINER and not image:
        check.refuse("image", "is missing; name the image that the container runs")
    config = check.given("config", {})
    if processor is Processor.SPARK and not str(config.get("entryPoint", "")).startswith("s3://"):
        check.refuse("config.entryPoint", "is missing; write the s3:// address of the program that Spark runs")
    if processor is Processor.FLINK and not str(config.get("artifact", "")).startswith("s3://"):
        check.refuse("config.artifact", "is missing; write the s3:// address of the program that Flink runs")
    return Step(step, processor, image, dict(config))


def _check_steps(
    check: NestedArguments, source: SourceKind, form: SchemaFormat, steps: Sequence[Step], mode: Mode
) -> None:
    kinds = [step.processor for step in steps]
    if mode is Mode.FLINK and (len(steps) > 1 or source is not SourceKind.KAFKA):
        check.refuse(
            "steps", "has apache-flink, which reads a topic for ever: let it be the only step of a Kafka source"
        )
    if mode is Mode.BATCH and set(kinds) & set(_NATIVE):
        check.refuse(
            "steps",
            "mixes apache-spark, which works on all, with a service that works on single records; make two pipelines",
        )
    if mode is Mode.RECORDS and source in (SourceKind.KAFKA, SourceKind.KINESIS) and form is SchemaFormat.PROTOBUF:
        first = next(kind.value for kind in kinds if kind in _NATIVE)
        check.refuse(
            "steps", f"{first} cannot read records in protobuf; send JSON or Avro, or let containers do the work"
        )


def _check_places(
    check: NestedArguments,
    source: NestedArguments,
    target: NestedArguments,
    kind: SourceKind,
    destination: DestinationKind,
    mode: Mode,
    args: Mapping[str, Any],
) -> None:
    needed = {
        SourceKind.S3: ("bucket",),
        SourceKind.KAFKA: ("topic", "schema_format", "schema_definition"),
        SourceKind.KINESIS: ("schema_format", "schema_definition"),
        SourceKind.JDBC: ("connection", "table"),
    }
    written = {
        DestinationKind.S3: ("bucket", "prefix"),
        DestinationKind.FEATURES: ("bucket", "prefix"),
        DestinationKind.KAFKA: ("topic",),
        DestinationKind.VECTORS: ("index", "collection", "endpoint"),
    }
    for argument in needed[kind]:
        if not source.has(argument):
            source.refuse(argument, f"is missing; a {kind.value} source needs it")
    for argument in written[destination]:
        if not target.has(argument):
            target.refuse(argument, f"is missing; a {destination.value} destination needs it")
    processors = [item.get("processor") for item in args.get("steps") or [] if isinstance(item, Mapping)]
    if destination in (DestinationKind.KAFKA, DestinationKind.VECTORS) and processors and processors[-1] in _NATIVE:
        check.refuse(
            "destination",
            f"{destination.value} cannot be written by {Processor(processors[-1]).value} itself; "
            "add a container as the last step, which does",
        )
    if (SourceKind.KAFKA is kind or destination is DestinationKind.KAFKA) and not check.has("kafka"):
        check.refuse("kafka", "is missing; name the cluster of the topics")
    if Processor.CONTAINER in processors and not check.has("kubernetes"):
        check.refuse("kubernetes", "is missing; say where containers run")
    if mode in (Mode.FLINK, Mode.BATCH) and not check.has("network"):
        check.refuse("network", "is missing; say where Spark and Flink run")


def _read_prefix(target: NestedArguments) -> str:
    prefix = target.text("prefix", r"(?!/)[^\x00-\x1f]{0,400}", 'a key prefix such as "speech/{date}/"', "")
    for part in _PARTS.findall(prefix):
        if part not in ("date", "hour"):
            target.refuse("prefix", f"{{{part}}} is not a part that is known; use {{date}} and {{hour}}")
    return prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def _read_quality(check: NestedArguments) -> tuple[tuple[str, float], ...]:
    found = []
    for item in check.items("quality"):
        item.allow_only(QualityAlert.__annotations__)
        metric = item.text("metric", "|".join(METRICS), f"one of {', '.join(METRICS)}")
        found.append((metric, item.number("least", 1, least=0, most=1)))
    names = [metric for metric, _ in found]
    for repeated in sorted({each for each in names if names.count(each) > 1}):
        check.refuse("quality", f'"{repeated}" is there twice; write each measure once')
    return tuple(found)


def _every(latency_seconds: int) -> int:
    """A run starts often enough that three fit into the latency that was promised, and at least every hour."""
    return max(5, min(60, latency_seconds // 180)) if latency_seconds else 60
