"""RDS, Aurora, OpenSearch, ElastiCache and DynamoDB.

Rules: https://aws.amazon.com/rds/postgresql/pricing/, https://aws.amazon.com/rds/aurora/pricing/,
https://aws.amazon.com/opensearch-service/pricing/, https://aws.amazon.com/elasticache/pricing/,
https://aws.amazon.com/dynamodb/pricing/.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apex.pricing.lines import Line, hourly
from apex.pricing.quantity import HOURS_PER_MONTH, ONE, ZERO, Quantity

AURORA_IO_INSTANCE = Decimal("1.3")
"""I/O-optimized Aurora instances cost 30 % more than standard ones (https://aws.amazon.com/rds/aurora/pricing/)."""


@dataclass(frozen=True, slots=True)
class Database:
    """An RDS instance. A Multi-AZ one pays twice for storage and IOPS."""

    region: str
    engine: str
    instance_class: str
    multi_az: bool
    storage_kind: str
    storage_gb: Quantity
    iops: Decimal = Decimal(0)
    backup_gb: Quantity = ZERO

    def lines(self) -> Iterable[Line]:
        """Instance, storage, IOPS, backups."""
        zones = "Multi-AZ" if self.multi_az else "Single-AZ"
        copies = Decimal(2 if self.multi_az else 1)
        twice = "both zones' copies are billed" if self.multi_az else ""
        item = f"{self.instance_class} {self.engine} {zones}"
        yield hourly(f"instance ({self.instance_class}, {zones})", "AmazonRDS", item, self.region, ONE)
        storage = self.storage_gb.times(copies)
        yield Line(f"storage ({self.storage_kind})", "AmazonRDS", f"{self.storage_kind} storage Single-AZ",
                   self.region, storage, assumption=twice)  # fmt: skip
        included = Decimal(3000) if self.storage_kind == "gp3" else Decimal(0)
        if self.storage_kind in ("gp3", "io1", "io2"):
            extra = max(self.iops - included, Decimal(0)) * copies
            item = f"{'gp3' if self.storage_kind == 'gp3' else 'io1'} iops Single-AZ"
            yield Line("provisioned IOPS", "AmazonRDS", item, self.region, Quantity.of(extra), assumption=twice)
        yield Line("backup storage over the free part", "AmazonRDS", "backup storage", self.region, self.backup_gb)


@dataclass(frozen=True, slots=True)
class AuroraStorage:
    """The volume of an Aurora cluster. I/O-optimized clusters pay more for storage and nothing for I/O."""

    region: str
    storage_gb: Quantity
    io_millions: Quantity
    backup_gb: Quantity
    io_optimized: bool

    def lines(self) -> Iterable[Line]:
        """Storage, I/O, backups."""
        item = "storage I/O-optimized" if self.io_optimized else "storage"
        yield Line("cluster storage", "AmazonAurora", item, self.region, self.storage_gb)
        if not self.io_optimized:
            yield Line("I/O requests", "AmazonAurora", "I/O requests", self.region, self.io_millions)
        yield Line("backup storage over the free part", "AmazonAurora", "backup storage", self.region, self.backup_gb)


@dataclass(frozen=True, slots=True)
class AuroraInstance:
    """A member of an Aurora cluster: a machine, or capacity units of Serverless v2."""

    region: str
    instance_class: str
    io_optimized: bool
    capacity: Quantity = ZERO

    def lines(self) -> Iterable[Line]:
        """Hours of the machine or of the capacity units."""
        if self.instance_class == "db.serverless":
            item = "serverless v2 I/O-optimized" if self.io_optimized else "serverless v2"
            yield hourly("Serverless v2 capacity units", "AmazonAurora", item, self.region, self.capacity)
            return
        factor = AURORA_IO_INSTANCE if self.io_optimized else Decimal(1)
        assumption = "I/O-optimized: 30 % above the standard instance price" if self.io_optimized else ""
        hours = ONE.times(HOURS_PER_MONTH)
        yield Line(f"instance ({self.instance_class})", "AmazonAurora", self.instance_class, self.region, hours,
                   factor=factor, assumption=assumption)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchDomain:
    """An OpenSearch domain: data nodes with their volumes, dedicated masters, UltraWarm nodes."""

    region: str
    data_type: str
    data_count: Quantity
    volume_kind: str = ""
    volume_gb: Decimal = Decimal(0)
    iops: Decimal = Decimal(0)
    throughput: Decimal = Decimal(0)
    master_type: str = ""
    master_count: Decimal = Decimal(0)
    warm_type: str = ""
    warm_count: Decimal = Decimal(0)

    def lines(self) -> Iterable[Line]:
        """Nodes by role, then storage."""
        service, region = "AmazonOpenSearch", self.region
        yield hourly(f"data nodes ({self.data_type})", service, self.data_type, region, self.data_count)
        if self.master_count:
            yield hourly(
                f"masters ({self.master_type})", service, self.master_type, region, Quantity.of(self.master_count)
            )
        if self.warm_count:
            yield hourly(
                f"UltraWarm nodes ({self.warm_type})", service, self.warm_type, region, Quantity.of(self.warm_count)
            )
        if self.volume_kind:
            size = self.data_count.times(self.volume_gb)
            yield Line(f"storage ({self.volume_kind})", service, f"{self.volume_kind} storage", region, size)
        if self.volume_kind == "io1":
            yield Line("provisioned IOPS", service, "io1 iops", region, self.data_count.times(self.iops))
        if self.volume_kind == "gp3":
            extra = max(self.throughput - Decimal(125), Decimal(0))
            yield Line("throughput above 125 MiB/s", service, "gp3 throughput", region, self.data_count.times(extra))


@dataclass(frozen=True, slots=True)
class SearchCollections:
    """OpenSearch Serverless: capacity units (OCU) are an account's, storage is a collection's."""

    region: str
    capacity_units: Quantity
    storage_gb: Quantity
    assumption: str = ""

    def lines(self) -> Iterable[Line]:
        """Capacity and storage."""
        service = "AmazonOpenSearchServerless"
        yield hourly(
            "capacity units (indexing and search)", service, "OCU", self.region, self.capacity_units, self.assumption
        )
        yield Line("storage", service, "storage", self.region, self.storage_gb)


@dataclass(frozen=True, slots=True)
class Cache:
    """ElastiCache nodes of one type."""

    region: str
    node_type: str
    engine: str
    count: Quantity
    backup_gb: Quantity = ZERO

    def lines(self) -> Iterable[Line]:
        """Nodes and backups."""
        service = "AmazonElastiCache"
        yield hourly(f"nodes ({self.node_type})", service, f"{self.node_type} {self.engine}", self.region, self.count)
        yield Line("backup storage", service, "backup storage", self.region, self.backup_gb)


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table: on demand by request, or provisioned by capacity unit and hour."""

    region: str
    storage_gb: Quantity
    on_demand: bool
    reads: Quantity
    writes: Quantity
    recovery: bool = False
    replicas: int = 0

    def lines(self) -> Iterable[Line]:
        """Storage, reads and writes; every replica stores and writes again."""
        service, region = "AmazonDynamoDB", self.region
        copies = Decimal(1 + self.replicas)
        yield Line("storage", service, "storage", region, self.storage_gb.times(copies), free=Decimal(0))
        if self.on_demand:
            yield Line("read request units", service, "read units", region, self.reads)
            yield Line("write request units", service, "write units", region, self.writes.times(copies))
        else:
            yield hourly("provisioned read capacity", service, "provisioned RCU", region, self.reads)
            yield hourly("provisioned write capacity", service, "provisioned WCU", region, self.writes.times(copies))
        if self.recovery:
            yield Line("point-in-time recovery", service, "point-in-time recovery", region, self.storage_gb)
