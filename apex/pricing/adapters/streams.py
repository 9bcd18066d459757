"""Kinesis streams, Firehose, managed Flink."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line, hourly
from apex.pricing.quantity import ONE, ZERO, Quantity
from apex.pricing.resources import Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.resources.streams import Delivery, FlinkApplication, Stream
from apex.pricing.stack import Props, Stack, UnpriceableError


def stream(resource: Resource, stack: Stack) -> Priced:
    """A data stream, provisioned or on demand."""
    props, region = Props.of(resource), stack.region(resource)
    mode = props.block("streamModeDetails").text("streamMode", "PROVISIONED")
    shards = Decimal(0) if mode == "ON_DEMAND" else props.number("shardCount")

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "kinesis", metric)

    hours = props.number("retentionPeriod", 24)
    if 24 < hours <= 168:
        raise UnpriceableError("retentionPeriod between 1 and 7 days: extended retention has no price in the catalogue")
    retained = use("retained_gb") if hours > 168 else ZERO
    return Stream(region, shards, use("data_in_gb"), use("data_out_gb"), use("put_units_millions"), retained)


def consumer(resource: Resource, stack: Stack) -> Priced:
    """An enhanced fan-out consumer, billed for each shard of its stream."""
    owner = stack.referenced(resource, "streamArn", "aws:kinesis/stream:Stream")
    shards = Props.of(owner).number("shardCount", 1) if owner else Decimal(1)
    region = stack.region(resource)
    return Lines((hourly("fan-out consumer", "AmazonKinesis", "fan-out consumer", region, Quantity.of(shards)),))


def delivery(resource: Resource, stack: Stack) -> Priced:
    """A delivery stream; conversion and partitioning come from its S3 destination."""
    target = Props.of(resource).block("extendedS3Configuration")
    conversion = target.block("dataFormatConversionConfiguration")
    converts = bool(conversion) and conversion.flag("enabled", True)
    partitions = target.block("dynamicPartitioningConfiguration").flag("enabled")
    from_kafka = Props.of(resource).has("mskSourceConfiguration")
    taken = stack.quantity(resource, "firehose", "data_in_gb")
    return Delivery(stack.region(resource), taken, converts, partitions, from_kafka)


def flink(resource: Resource, stack: Stack) -> Priced:
    """A Flink application: parallelism over units of parallelism gives its processing units."""
    props = Props.of(resource)
    config = (
        props.block("applicationConfiguration").block("flinkApplicationConfiguration").block("parallelismConfiguration")
    )
    per_unit = config.number("parallelismPerKpu", 1) or Decimal(1)
    units = (config.number("parallelism", 1) / per_unit).to_integral_value(rounding="ROUND_CEILING")
    scaled = config.flag("autoScalingEnabled", True)
    why = "autoscaling: a quarter in quiet hours, up to 8 times at peak"
    quarter = max(Decimal(1), units / 4)
    count = Quantity(min(quarter, units), units, units * 8, why) if scaled else ONE.times(units)
    return FlinkApplication(stack.region(resource), count, stack.quantity(resource, "flink", "backup_gb"))


def video_stream(resource: Resource, stack: Stack) -> Priced:
    """A video stream, whose price is not in the catalogue."""
    line = Line("data in", "AmazonKinesisVideo", "data in", stack.region(resource), ONE)
    return Lines((line,))


ADAPTERS = {
    "aws:kinesis/stream:Stream": stream,
    "aws:kinesis/streamConsumer:StreamConsumer": consumer,
    "aws:kinesis/videoStream:VideoStream": video_stream,
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": delivery,
    "aws:kinesisanalyticsv2/application:Application": flink,
}
