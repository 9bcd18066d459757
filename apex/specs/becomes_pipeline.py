"""What becomes of a `DataPipeline`, before any plan: the parts that matter, by how its steps are run."""

from collections.abc import Iterator

from apex.specs.node import Node
from apex.specs.pipeline import NATIVE, CostAlert, DataPipeline, LatencyAlert, QualityAlert, Step

_APPLICATIONS = {"apache-flink": "Managed Flink application", "apache-spark": "EMR Serverless application"}
_CALLS = {
    "aws-comprehend": "Comprehend call",
    "aws-rekognition": "Rekognition call",
    "aws-transcribe": "Transcribe call",
}


def pipeline_parts(model: DataPipeline) -> Iterator[Node]:
    """The parts of one pipeline."""
    name, spec = model.metadata.name, model.spec
    processors = {step.processor for step in spec.transformation.steps}
    is_stream = spec.source.type == "kafka" and processors == {"container"}
    is_native = bool(processors & set(NATIVE))
    tables = tuple(_tables(model, is_native))
    rulesets = (Node("Glue data quality ruleset", f"{name}-quality"),) if _quality(model) and tables else ()
    yield from _source_parts(model)
    steps = tuple(_step(name, step, is_stream) for step in spec.transformation.steps)
    if is_stream:
        yield from steps
    else:
        yield Node("Step Functions state machine", f"{name}-steps", (*_trigger(model), *steps))
    if is_native:
        yield Node("Firehose delivery of results", f"{name}-results", (Node("IAM role", f"{name}-results"),))
    yield from _destination_parts(model)
    if tables:
        yield Node("Glue database", name, (*tables, *rulesets))
    if rulesets:
        yield Node("Step Functions state machine", f"{name}-quality")
    yield from _alerts(model, is_stream, bool(rulesets))


def _source_parts(model: DataPipeline) -> Iterator[Node]:
    name, source = model.metadata.name, model.spec.source
    parts = [Node("IAM role", f"{name}-delivery")]
    if source.schema_ is not None and source.schema_.type == "avro":
        parts.append(Node("Lambda function that decodes Avro", f"{name}-decoder"))
    delivery = Node("Firehose delivery into the raw tier", f"{name}-delivery", tuple(parts))
    if source.type == "kafka":
        yield Node("Kafka topic", str(source.topic), (delivery,))
    elif source.type == "kinesis":
        yield Node("Kinesis stream", name, (delivery,))
    elif source.type == "jdbc":
        started = (Node("EventBridge schedule", f"{name}-clock"), Node("IAM role", f"{name}-reader"))
        job = Node("Glue job that reads what is new", f"{name}-reader", started)
        yield Node("Glue connection", str(source.connection), (job,))
    if source.schema_ is not None:
        yield Node("Glue schema", source.schema_.path.rpartition("/")[2])


def _trigger(model: DataPipeline) -> Iterator[Node]:
    name = model.metadata.name
    processors = {step.processor for step in model.spec.transformation.steps}
    if processors & set(_APPLICATIONS):
        yield Node("EventBridge schedule", f"{name}-clock")
    else:
        yield Node("EventBridge rule on new objects", f"{name}-arrival")


def _step(pipeline: str, step: Step, is_stream: bool) -> Node:
    name = f"{pipeline}-{step.name}"
    role = Node("IAM role of least privilege", name)
    if step.processor in _CALLS:
        return Node(_CALLS[step.processor], name, (role,))
    if step.processor in _APPLICATIONS:
        return Node(_APPLICATIONS[step.processor], name, (role,))
    signal = () if is_stream else (Node("SQS queue", name),)
    return Node("KEDA ScaledJob", name, (*signal, role))


def _destination_parts(model: DataPipeline) -> Iterator[Node]:
    target = model.spec.destination
    if target.type == "s3":
        yield Node("S3 prefix with its lifecycle", f"{target.bucket}/{target.path or ''}")
    elif target.type == "feature-store":
        yield Node("feature group in the features tier", str(target.feature_group))
    elif target.type == "kafka":
        yield Node("Kafka topic", str(target.topic))
    else:
        yield Node("access policy of a vector index", str(target.index))


def _tables(model: DataPipeline, is_native: bool) -> Iterator[Node]:
    name, spec = model.metadata.name, model.spec
    schema = spec.source.schema_
    if spec.source.type in ("kafka", "kinesis") and schema is not None and schema.type != "protobuf":
        yield Node("Glue table", f"{name}-records")
    if is_native or spec.destination.type in ("s3", "feature-store"):
        yield Node("Glue table", f"{name}-results")


def _quality(model: DataPipeline) -> list[QualityAlert]:
    return [alert for alert in model.spec.monitoring.alerts if isinstance(alert, QualityAlert)]


def _alerts(model: DataPipeline, is_stream: bool, is_judged: bool) -> Iterator[Node]:
    name, alerts = model.metadata.name, model.spec.monitoring.alerts
    alarms = [f"{name}-latency"] if any(isinstance(alert, LatencyAlert) for alert in alerts) else []
    alarms += [] if is_stream else [f"{name}-steps"]
    if is_judged:
        alarms += [f"{name}-quality", *(f"{name}-{alert.metric}" for alert in _quality(model))]
    if alerts:
        yield Node("SNS topic", f"{name}-alerts", tuple(Node("CloudWatch alarm", alarm) for alarm in alarms))
    if any(isinstance(alert, CostAlert) for alert in alerts):
        yield Node("AWS Budget", f"{name}-daily")
