"""Kafka brokers write their logs somewhere."""

from collections.abc import Iterator

from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: kafka brokers write their logs somewhere."""
    logs = resource.props.at("loggingInfo.brokerLogs")
    if not any(logs.map(target).flag("enabled") for target in ("cloudwatchLogs", "firehose", "s3")):
        yield "loggingInfo.brokerLogs enables no target"


rule = Rule(
    id="log_kafka_brokers",
    title="Kafka brokers write their logs somewhere",
    pack="security",
    severity=Severity.MEDIUM,
    types=("aws:msk/cluster:Cluster",),
    validate=validate,
    why="Without broker logs, who was refused and why a broker failed cannot be told.",
    fix="Send broker logs to CloudWatch, Firehose or S3.",
    code='logging_info={"broker_logs": {"cloudwatch_logs": {"enabled": True, "log_group": group.name}}}',
    controls=serving(LOGGING),
)
