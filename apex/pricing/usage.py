"""What a plan cannot know: gigabytes stored, requests, transfer. Declared in the catalog, else a stated default."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from apex.pricing.quantity import Quantity

SCOPES = ("resource", "data-class", "pipeline", "component", "service")
"""What a usage entry can speak of, the most particular first: the first that fits a resource counts."""


@dataclass(frozen=True, slots=True)
class UsageEntry:
    """Quantities a month of one service for one resource, data class, pipeline, component or for all of the service.

    `growth` is the share by which a quantity grows a month, by metric: 0.05 is 5 %.
    """

    scope: str
    name: str
    service: str
    quantities: Mapping[str, Quantity] = field(hash=False)
    growth: Mapping[str, Decimal] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class UsageBook:
    """Declared usage. Where nothing is declared for a metric, `DEFAULTS` says what is assumed."""

    entries: tuple[UsageEntry, ...] = ()
    month: int = 0
    _index: dict[tuple[str, str, str], UsageEntry] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        index = {(entry.scope, entry.name, entry.service): entry for entry in self.entries}
        object.__setattr__(self, "_index", index)

    def quantity(self, service: str, metric: str, names: Mapping[str, tuple[str, ...]], sharers: int = 1) -> Quantity:
        """The monthly quantity of `metric` for a resource that goes by `names` (by scope).

        What is declared for a whole service is its sum: each of the `sharers` that bill it gets an equal part.
        """
        if self._index:
            for scope in SCOPES:
                for name in names.get(scope, ()):
                    entry = self._index.get((scope, name, service))
                    if entry is not None and metric in entry.quantities:
                        found = self._grown(entry, metric)
                        return found.times(Decimal(1) / sharers) if scope == "service" and sharers > 1 else found
        return DEFAULTS[service][metric]

    def in_month(self, month: int) -> "UsageBook":
        """The book as it will be `month` months ahead, by each entry's growth."""
        return replace(self, month=month)

    def _grown(self, entry: UsageEntry, metric: str) -> Quantity:
        growth, quantity = entry.growth.get(metric, Decimal(0)), entry.quantities[metric]
        if not self.month or not growth:
            return quantity.assume(f"declared for {entry.scope} {entry.name}")
        return quantity.times((1 + growth) ** self.month).assume(
            f"declared for {entry.scope} {entry.name}, grown {growth:%} a month for {self.month} months"
        )


def _default(low: object, expected: object, peak: object, why: str = "") -> Quantity:
    return Quantity.of(low, expected, peak, f"default usage{': ' + why if why else ''}; declare it under usage:")


DEFAULTS: Mapping[str, Mapping[str, Quantity]] = MappingProxyType(
    {
        "s3": {
            "storage_gb": _default(10, 100, 1000),
            "put_requests": _default(1_000, 10_000, 100_000),
            "get_requests": _default(10_000, 100_000, 1_000_000),
            "average_object_kb": _default(1024, 1024, 1024, "objects of 1 MiB"),
            "retrieval_gb": _default(0, 1, 10, "1 % of what is stored is read back"),
            "replicated_gb": _default(1, 10, 100, "a tenth of what is stored is new each month"),
            "internet_gb": _default(0, 0, 0, "read inside the region"),
        },
        "nat": {"data_gb": _default(1, 50, 500)},
        "endpoint": {"data_gb": _default(1, 50, 500)},
        "elb": {
            "capacity_units": _default("0.1", 1, 10, "average load balancer capacity units"),
            "data_gb": _default(1, 50, 500),
        },
        "transfer": {
            "inter_zone_gb": _default(0, 100, 1000, "traffic between zones, each direction"),
            "internet_gb": _default(0, 0, 100),
            "inter_region_gb": _default(0, 0, 0),
        },
        "logs": {
            "ingested_gb": _default("0.1", 1, 10),
            "compression": _default("0.15", "0.15", "0.15", "AWS bills compressed log storage, about 15 % of the text"),
        },
        "cloudwatch": {"custom_metrics": _default(0, 0, 0)},
        "kms": {"requests": _default(1_000, 100_000, 1_000_000)},
        "secretsmanager": {"requests": _default(1_000, 10_000, 100_000)},
        "ssm": {"advanced_requests": _default(0, 10_000, 100_000)},
        "msk": {
            "data_in_gb": _default(10, 100, 1000),
            "data_out_gb": _default(10, 200, 2000),
            "partitions": _default(10, 50, 500),
            "retained_gb": _default(1, 10, 100, "serverless and express storage"),
            "tiered_gb": _default(0, 100, 1000),
            "tiered_read_gb": _default(0, 10, 100),
        },
        "ebs": {
            "io_requests_millions": _default(1, 10, 100, "magnetic volumes bill I/O"),
            "snapshot_gb": _default(1, 8, 100, "changed blocks kept by a snapshot"),
        },
        "rds": {
            "backup_gb_over_free": _default(0, 0, 50, "backups up to the size of the database are free"),
            "storage_gb": _default(10, 50, 500, "Aurora bills what is stored"),
            "io_requests_millions": _default(1, 20, 200),
            "average_acus_share": _default(0, "0.25", 1, "of the range between least and greatest capacity"),
        },
        "opensearch-serverless": {"storage_gb": _default(1, 10, 100), "extra_ocus": _default(0, 0, 4)},
        "elasticache": {"backup_gb": _default(0, 0, 50)},
        "dynamodb": {
            "storage_gb": _default(1, 10, 100),
            "read_millions": _default("0.1", 5, 50),
            "write_millions": _default("0.1", 2, 20),
        },
        "lambda": {
            "requests": _default(1_000, 100_000, 10_000_000),
            "duration_ms": _default(100, 200, 1000),
        },
        "sfn": {"executions": _default(100, 1_000, 100_000), "records": _default(100, 1_000, 100_000),
                "transitions_per_execution": _default(5, 10, 20),
                "duration_ms": _default(1000, 5000, 60000), "memory_mb": _default(64, 64, 64)},
        "emr-serverless": {"hours": _default(0, 40, 200, "hours a month at work, at the initial size")},
        "glue": {"job_hours": _default(1, 20, 200, "hours a month at work"), "crawler_hours": _default(1, 5, 50),
                 "quality_hours": _default(2, 5, 10, "two workers judge a table for five minutes a day"),
                 "catalog_objects": _default(100, 1_000, 10_000),
                 "catalog_requests": _default(1_000, 100_000, 1_000_000)},
        "kinesis": {"data_in_gb": _default(10, 100, 1000), "data_out_gb": _default(10, 200, 2000),
                    "put_units_millions": _default(1, 10, 100), "retained_gb": _default(1, 50, 500)},
        "firehose": {"data_in_gb": _default(1, 100, 1000)},
        "flink": {"backup_gb": _default(0, 1, 10)},
        "transcribe": {"minutes": _default(0, 1_000, 10_000)},
        "rekognition": {"images": _default(0, 10_000, 100_000), "video_minutes": _default(0, 100, 1_000),
                        "faces": _default(0, 1_000, 100_000)},
        "comprehend": {"units": _default(0, 100_000, 1_000_000, "units of 100 characters")},
        "ecr": {"storage_gb": _default(1, 10, 100)},
        "efs": {"storage_gb": _default(1, 50, 500), "infrequent_gb": _default(0, 0, 0),
                "read_gb": _default(0, 0, 0)},
        "cloudtrail": {"data_events": _default(0, 100_000, 10_000_000), "management_events": _default(0, 0, 0),
                       "insight_events": _default(0, 100_000, 1_000_000)},
        "config": {"items": _default(100, 1_000, 10_000), "evaluations": _default(100, 1_000, 10_000)},
        "sns": {"requests": _default(1_000, 100_000, 2_000_000), "http_notifications": _default(0, 0, 100_000)},
        "sqs": {"requests": _default(10_000, 1_000_000, 100_000_000)},
        "route53": {"queries_millions": _default(0, 1, 10)},
        "nodes": {
            "range_share": _default(0, "0.5", 1, "of what an autoscaler may add"),
        },
        "karpenter": {"limit_share": _default(0, "0.5", 1, "share of the NodePool's limits that runs")},
        "job": {"hours": _default(1, 20, 100, "hours a month that a Job runs")},
    }
)  # fmt: skip
"""What is assumed where nothing is declared, by service and metric. A bill marks every such figure."""
