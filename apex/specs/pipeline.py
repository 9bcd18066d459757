"""`DataPipeline`: data from a source, through steps, to a destination."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from apex.specs.base import Currency, Model, Spec
from apex.specs.checks import Check, FailedChecksError, needs, only_for
from apex.specs.paths import Prefix
from apex.specs.processors import Config
from apex.specs.usage import Usages
from apex.specs.values import Amount, Duration, Image, Name, Quantity, Ratio, S3Uri, Text, Topic

GROUP = "data.apexlogic.com"

Processor = Literal[
    "apache-flink",
    "apache-spark",
    "aws-comprehend",
    "aws-rekognition",
    "aws-transcribe",
    "container",
]
NATIVE = ("aws-comprehend", "aws-rekognition", "aws-transcribe")
"""Processors that are AWS services: no image, nothing to run."""


class SchemaRef(Model):
    """The form of the records."""

    type: Literal["avro", "json", "protobuf"]
    """The schema language."""
    path: S3Uri
    """Where the schema is."""


class Source(Model):
    """Where the data comes from."""

    type: Literal["kafka", "s3", "kinesis", "jdbc"]
    """What kind of place it is."""
    topic: Topic | None = None
    """The Kafka topic."""
    bucket: Text | None = None
    """For s3: an s3:// address or the name of a storage tier."""
    path: Prefix | None = None
    """For s3: the prefix below the bucket."""
    stream: Topic | None = None
    """For kinesis: the stream."""
    connection: Name | None = None
    """For jdbc: the name of the Glue connection, which holds address and credentials."""
    table: Text | None = None
    """For jdbc: the table or view that is read."""
    schema_: Annotated[SchemaRef | None, Field(alias="schema")] = None
    """The form of the records; required for kafka and kinesis, which carry bytes."""

    checks: ClassVar[tuple[Check, ...]] = (
        *needs("type", "kafka", "topic", "schema"),
        *needs("type", "kinesis", "stream", "schema"),
        *needs("type", "s3", "bucket"),
        *needs("type", "jdbc", "connection", "table"),
        *only_for("type", ("kafka",), "topic"),
        *only_for("type", ("kinesis",), "stream"),
        *only_for("type", ("s3",), "bucket", "path"),
        *only_for("type", ("jdbc",), "connection", "table"),
    )


class Step(Model):
    """One transformation."""

    name: Name
    """What the step is called; unique within the pipeline."""
    processor: Processor
    """What runs it."""
    image: Image | None = None
    """The container image; for apache-spark, apache-flink and container."""
    config: Config = Field(default_factory=dict)
    """Settings of the processor: `language`, `outputFormat`, `piiRedaction` (enabled or disabled), `modelPath`, …"""

    checks: ClassVar[tuple[Check, ...]] = (
        *needs("processor", "container", "image"),
        *only_for("processor", ("apache-flink", "apache-spark", "container"), "image"),
    )


class Transformation(Model):
    """The steps, in their order."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=32)]
    """What is done, first to last."""

    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "self.steps.all(a, self.steps.exists_one(b, b.name == a.name))",
            "two steps have the same name; give each its own",
            lambda it: len({step.name for step in it.steps}) == len(it.steps),
        ),
    )


class Destination(Model):
    """Where the data goes."""

    type: Literal["s3", "kafka", "vector-database", "feature-store"]
    """What kind of place it is."""
    bucket: Text | None = None
    """For s3: an s3:// address or the name of a storage tier."""
    path: Prefix | None = None
    """For s3: the prefix, with parts such as {date} or {hour}."""
    format: Literal["parquet", "json", "avro", "csv", "orc", "original"] | None = None
    """The form of the objects."""
    compression: Literal["none", "gzip", "snappy", "zstd"] | None = None
    """How they are compressed."""
    topic: Topic | None = None
    """For kafka: the topic."""
    index: Name | None = None
    """For vector-database: the index."""
    feature_group: Name | None = None
    """For feature-store: the feature group."""

    checks: ClassVar[tuple[Check, ...]] = (
        *needs("type", "s3", "bucket"),
        *needs("type", "kafka", "topic"),
        *needs("type", "vector-database", "index"),
        *needs("type", "feature-store", "featureGroup"),
        *only_for("type", ("s3",), "bucket", "path"),
        *only_for("type", ("kafka",), "topic"),
        *only_for("type", ("vector-database",), "index"),
        *only_for("type", ("feature-store",), "featureGroup"),
    )


class ResourceRequirements(Model):
    """What a step may use, in Kubernetes notation."""

    cpu: Quantity | None = None
    """Virtual CPUs: "2" or 500m."""
    memory: Quantity | None = None
    """Memory: 8Gi."""
    gpu: Quantity | None = None
    """Whole GPUs: "1"."""

    @model_validator(mode="after")
    def _whole_gpus(self) -> Self:
        """Nothing hands out a part of a GPU."""
        if self.gpu is not None and self.gpu.value % 1:
            raise FailedChecksError([("gpu", f'"{self.gpu}" is a part of a GPU; write a whole number, as "1"')])
        return self


class LatencyAlert(Model):
    """Told when data takes longer than the threshold from source to destination."""

    type: Literal["latency"]
    """Latency."""
    threshold: Duration
    """The longest time from source to destination: 300s."""


class QualityAlert(Model):
    """Told when a measure of the data falls below the threshold."""

    type: Literal["data-quality"]
    """Data quality."""
    metric: Text
    """The measure: completeness, validity, uniqueness, …"""
    threshold: Ratio
    """The least that is accepted: 0.95 or 95%."""


class CostAlert(Model):
    """Told when the pipeline costs more than the threshold; also the limit that the cost gate holds it to."""

    type: Literal["cost"]
    """Cost."""
    metric: Literal["daily_spend"] = "daily_spend"
    """What is measured."""
    threshold: Amount
    """The most that a day may cost."""
    currency: Currency = "USD"
    """The currency of the threshold."""


Alert = Annotated[LatencyAlert | QualityAlert | CostAlert, Field(discriminator="type")]


class Monitoring(Model):
    """Who is told of what."""

    alerts: tuple[Alert, ...] = ()
    """The alerts of the pipeline; told to the contacts of its team."""


class DataPipelineSpec(Model):
    """A pipeline: one source, steps, one destination."""

    description: Text | None = None
    """What the pipeline is for."""
    source: Source
    """Where the data comes from."""
    transformation: Transformation
    """What is done to it."""
    destination: Destination
    """Where it goes."""
    resource_requirements: ResourceRequirements = ResourceRequirements()
    """What each step that Kubernetes runs may use."""
    monitoring: Monitoring = Monitoring()
    """Alerts."""
    usage: Usages = Usages()
    """Quantities that a plan cannot know, for the bill."""


class DataPipeline(Spec):
    """Data from a source, through steps, to a destination."""

    kind_name: ClassVar[str] = "DataPipeline"
    group: ClassVar[str] = GROUP
    plural: ClassVar[str] = "datapipelines"
    summary: ClassVar[str] = "data from a source, through steps, to a destination"
    required_labels: ClassVar[tuple[str, ...]] = ("project", "cost-center", "data-modality")
    namespaced: ClassVar[bool] = True

    spec: DataPipelineSpec

    @property
    def daily_limit(self) -> CostAlert | None:
        """The alert on its daily cost, which is also its limit."""
        return next((alert for alert in self.spec.monitoring.alerts if isinstance(alert, CostAlert)), None)
