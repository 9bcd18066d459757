"""MSK, Kinesis, Firehose and managed Flink.

Rules: https://aws.amazon.com/msk/pricing/, https://aws.amazon.com/kinesis/data-streams/pricing/,
https://aws.amazon.com/firehose/pricing/, https://aws.amazon.com/managed-service-apache-flink/pricing/.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apex.pricing.lines import Line, hourly
from apex.pricing.quantity import ONE, ZERO, Quantity


@dataclass(frozen=True, slots=True)
class KafkaBrokers:
    """A provisioned MSK cluster. Express brokers bill what is stored and written instead of volumes."""

    region: str
    instance_type: str
    brokers: Decimal
    storage_gb: Quantity
    throughput: Decimal = Decimal(0)
    data_in_gb: Quantity = ZERO
    tiered_gb: Quantity = ZERO
    tiered_read_gb: Quantity = ZERO
    private: bool = False

    def lines(self) -> Iterable[Line]:
        """Broker hours, then storage by kind."""
        service, region = "AmazonMSK", self.region
        count = Quantity.of(self.brokers)
        yield hourly(f"brokers ({self.instance_type})", service, self.instance_type, region, count)
        if self.instance_type.startswith("express."):
            yield Line("express storage", service, "express storage", region, self.storage_gb)
            yield Line("data written", service, "express data in", region, self.data_in_gb)
            return
        yield Line("broker storage", service, "storage", region, self.storage_gb.times(self.brokers))
        throughput = count.times(self.throughput)
        yield Line("provisioned storage throughput", service, "storage throughput", region, throughput)
        yield Line("tiered storage", service, "tiered storage", region, self.tiered_gb)
        yield Line("tiered storage reads", service, "tiered storage retrieval", region, self.tiered_read_gb)
        if self.private:
            yield hourly("private connectivity", service, "private connectivity", region, ONE)
            yield Line("data through it", service, "private connectivity data", region, self.data_in_gb)


@dataclass(frozen=True, slots=True)
class KafkaServerless:
    """A serverless MSK cluster."""

    region: str
    partitions: Quantity
    data_in_gb: Quantity
    data_out_gb: Quantity
    storage_gb: Quantity

    def lines(self) -> Iterable[Line]:
        """Cluster and partition hours, data, storage."""
        service, region = "AmazonMSK", self.region
        yield hourly("serverless cluster", service, "serverless cluster", region, ONE)
        yield hourly("partitions", service, "serverless partition", region, self.partitions)
        yield Line("data in", service, "serverless data in", region, self.data_in_gb)
        yield Line("data out", service, "serverless data out", region, self.data_out_gb)
        yield Line("storage", service, "serverless storage", region, self.storage_gb)


@dataclass(frozen=True, slots=True)
class Connector:
    """An MSK Connect connector: workers by capacity units."""

    region: str
    units: Quantity

    def lines(self) -> Iterable[Line]:
        """Capacity unit hours."""
        yield hourly("connect units", "AmazonMSK", "connect unit", self.region, self.units)


@dataclass(frozen=True, slots=True)
class Stream:
    """A Kinesis data stream, on demand where `shards` is 0."""

    region: str
    shards: Decimal
    data_in_gb: Quantity
    data_out_gb: Quantity
    put_units_millions: Quantity
    long_retention_gb: Quantity = ZERO

    def lines(self) -> Iterable[Line]:
        """Shards or stream hours, data, retention beyond seven days."""
        service, region = "AmazonKinesis", self.region
        if self.shards:
            yield hourly("shards", service, "shard", region, Quantity.of(self.shards))
            yield Line("PUT payload units", service, "PUT units", region, self.put_units_millions)
        else:
            yield hourly("on-demand stream", service, "on-demand stream", region, ONE)
            yield Line("data in", service, "on-demand data in", region, self.data_in_gb)
            yield Line("data out", service, "on-demand data out", region, self.data_out_gb)
        yield Line("retention beyond 7 days", service, "long-term retention", region, self.long_retention_gb)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A Firehose delivery stream."""

    region: str
    data_in_gb: Quantity
    converts: bool = False
    partitions: bool = False
    from_kafka: bool = False

    def lines(self) -> Iterable[Line]:
        """Ingested data, and what is done with it on the way."""
        service, region = "AmazonKinesisFirehose", self.region
        item = "ingest from MSK" if self.from_kafka else "ingest"
        yield Line("data ingested", service, item, region, self.data_in_gb)
        if self.converts:
            yield Line("format conversion", service, "format conversion", region, self.data_in_gb)
        if self.partitions:
            yield Line("dynamic partitioning", service, "dynamic partitioning", region, self.data_in_gb)


@dataclass(frozen=True, slots=True)
class FlinkApplication:
    """Managed Flink: processing units, one more for orchestration, 50 GB of running storage each, backups."""

    region: str
    units: Quantity
    backup_gb: Quantity

    def lines(self) -> Iterable[Line]:
        """Unit hours, storage, backups."""
        service, region = "AmazonKinesisAnalytics", self.region
        yield hourly("processing units", service, "KPU", region, self.units)
        yield hourly("orchestration unit", service, "KPU", region, ONE)
        yield Line("running storage (50 GB a unit)", service, "running storage", region, self.units.times(50))
        yield Line("durable backups", service, "backup", region, self.backup_gb)
