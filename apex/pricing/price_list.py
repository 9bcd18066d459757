"""What products of AWS's Price List API are called in the catalogue.

A product is known by its usage type without the region's prefix (``USE1-EBS:VolumeUsage.gp3``), or by its attributes
where the usage type does not tell enough (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-list-attributes.html).
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple


class Name(NamedTuple):
    """What a product is in the catalogue; `factor` fits AWS's price to the unit."""

    service: str
    item: str
    unit: str
    factor: Decimal = Decimal(1)


class Query(NamedTuple):
    """One question to the Price List API: a service code, what to filter by, and how to name the answers."""

    code: str
    filters: Mapping[str, str]
    name: Callable[[Mapping[str, str]], Name | None]

    @property
    def label(self) -> str:
        """A file name for what was answered."""
        return "-".join([self.code, *(value.replace(" ", "") for value in self.filters.values())])


_THOUSAND = Decimal(1000)
_TEN_THOUSAND = Decimal(10_000)
_MILLION = Decimal(1_000_000)

_USAGE: tuple[tuple[str, str, Name], ...] = (
    ("AmazonEC2", "EBS:VolumeUsage", Name("AmazonEBS", "standard storage", "GB-month")),
    ("AmazonEC2", "EBS:VolumeUsage.piops", Name("AmazonEBS", "io1 storage", "GB-month")),
    ("AmazonEC2", "EBS:VolumeP-IOPS.piops", Name("AmazonEBS", "io1 iops", "IOPS-month")),
    ("AmazonEC2", "EBS:VolumeUsage.io2", Name("AmazonEBS", "io2 storage", "GB-month")),
    ("AmazonEC2", "EBS:VolumeUsage.gp2", Name("AmazonEBS", "gp2 storage", "GB-month")),
    ("AmazonEC2", "EBS:VolumeUsage.gp3", Name("AmazonEBS", "gp3 storage", "GB-month")),
    ("AmazonEC2", "EBS:VolumeP-IOPS.gp3", Name("AmazonEBS", "gp3 iops", "IOPS-month")),
    ("AmazonEC2", "EBS:VolumeP-Throughput.gp3", Name("AmazonEBS", "gp3 throughput", "MiBps-month", 1 / Decimal(1024))),
    ("AmazonEC2", "EBS:VolumeUsage.st1", Name("AmazonEBS", "st1 storage", "GB-month")),
    ("AmazonEC2", "EBS:VolumeUsage.sc1", Name("AmazonEBS", "sc1 storage", "GB-month")),
    ("AmazonEC2", "EBS:SnapshotUsage", Name("AmazonEBS", "snapshot storage", "GB-month")),
    ("AmazonEC2", "NatGateway-Hours", Name("AmazonVPC", "NAT gateway", "hour")),
    ("AmazonEC2", "NatGateway-Bytes", Name("AmazonVPC", "NAT data", "GB")),
    ("AmazonVPC", "PublicIPv4:InUseAddress", Name("AmazonVPC", "public IPv4", "hour")),
    ("AmazonVPC", "VpcEndpoint-Hours", Name("AmazonVPC", "interface endpoint", "hour")),
    ("AmazonVPC", "VpcEndpoint-Bytes", Name("AmazonVPC", "interface endpoint data", "GB")),
    ("AmazonEKS", "AmazonEKS-Hours:perCluster", Name("AmazonEKS", "cluster (standard support)", "hour")),
    ("AmazonEKS", "AmazonEKS-Hours:extendedSupport", Name("AmazonEKS", "cluster (extended support)", "hour")),
    ("AmazonMSK", "Kafka.Storage.GP2", Name("AmazonMSK", "storage", "GB-month")),
    ("AmazonS3", "TimedStorage-ByteHrs", Name("AmazonS3", "Standard storage", "GB-month")),
    ("AmazonS3", "TimedStorage-SIA-ByteHrs", Name("AmazonS3", "Standard-IA storage", "GB-month")),
    ("AmazonS3", "TimedStorage-ZIA-ByteHrs", Name("AmazonS3", "One Zone-IA storage", "GB-month")),
    ("AmazonS3", "TimedStorage-GIR-ByteHrs", Name("AmazonS3", "Glacier Instant Retrieval storage", "GB-month")),
    ("AmazonS3", "TimedStorage-GlacierByteHrs", Name("AmazonS3", "Glacier Flexible Retrieval storage", "GB-month")),
    ("AmazonS3", "TimedStorage-GDA-ByteHrs", Name("AmazonS3", "Glacier Deep Archive storage", "GB-month")),
    ("AmazonS3", "Requests-Tier1", Name("AmazonS3", "Standard PUT requests", "1k requests", _THOUSAND)),
    ("AmazonS3", "Requests-Tier2", Name("AmazonS3", "Standard GET requests", "1k requests", _THOUSAND)),
    ("awskms", "KMS-Keys", Name("AWSKMS", "key", "month")),
    ("awskms", "KMS-Requests", Name("AWSKMS", "requests", "10k requests", _TEN_THOUSAND)),
    ("AWSSecretsManager", "AWSSecretsManager-Secrets", Name("AWSSecretsManager", "secret", "month")),
    ("AmazonCloudWatch", "DataProcessing-Bytes", Name("AmazonCloudWatch", "logs", "GB")),
    ("AmazonCloudWatch", "VendedLog-Bytes", Name("AmazonCloudWatch", "vended logs", "GB")),
    ("AmazonCloudWatch", "TimedStorage-ByteHrs", Name("AmazonCloudWatch", "log storage", "GB-month")),
    ("AmazonCloudWatch", "CW:AlarmMonitorUsage", Name("AmazonCloudWatch", "alarm", "alarm-month")),
    ("AmazonCloudWatch", "CW:MetricMonitorUsage", Name("AmazonCloudWatch", "metric", "metric-month")),
    ("AmazonECR", "TimedStorage-ByteHrs", Name("AmazonECR", "storage", "GB-month")),
    ("AWSQueueService", "Requests-Tier1", Name("AmazonSQS", "standard requests", "1M requests", _MILLION)),
    ("AmazonDynamoDB", "TimedStorage-ByteHrs", Name("AmazonDynamoDB", "storage", "GB-month")),
    ("AmazonDynamoDB", "ReadRequestUnits", Name("AmazonDynamoDB", "read units", "1M units", _MILLION)),
    ("AmazonDynamoDB", "WriteRequestUnits", Name("AmazonDynamoDB", "write units", "1M units", _MILLION)),
    ("AmazonKinesis", "Storage-ShardHour", Name("AmazonKinesis", "shard", "hour")),
    ("AWSLambda", "Request", Name("AWSLambda", "requests", "1M requests", _MILLION)),
    ("AWSLambda", "Lambda-GB-Second", Name("AWSLambda", "x86 duration", "GB-second")),
    ("AWSLambda", "Lambda-GB-Second-ARM", Name("AWSLambda", "arm duration", "GB-second")),
)
_BY_USAGE = {(code, usage): name for code, usage, name in _USAGE}
_PREFIX = re.compile(r"^[A-Z]{2,4}[0-9]?-(?=\S)")


def by_usage(code: str) -> Callable[[Mapping[str, str]], Name | None]:
    """Names products of a service by their usage type alone."""

    def name(attributes: Mapping[str, str]) -> Name | None:
        usage = attributes.get("usagetype", "")
        return _BY_USAGE.get((code, usage)) or _BY_USAGE.get((code, _PREFIX.sub("", usage)))

    return name


def name_instance(attributes: Mapping[str, str]) -> Name | None:
    """EC2 machines."""
    kind = attributes.get("instanceType")
    return Name("AmazonEC2", kind, "hour") if kind else None


def name_broker(attributes: Mapping[str, str]) -> Name | None:
    """MSK brokers, and what else MSK bills."""
    usage = _PREFIX.sub("", attributes.get("usagetype", ""))
    match = re.fullmatch(r"(Kafka|Express)\.((?:t3|m5|m7g)\.\w+)", usage)
    if match:
        return Name("AmazonMSK", f"{match[1].lower()}.{match[2]}", "hour")
    return by_usage("AmazonMSK")(attributes)


def name_database(attributes: Mapping[str, str]) -> Name | None:
    """RDS PostgreSQL and Aurora PostgreSQL instances."""
    kind, engine = attributes.get("instanceType"), attributes.get("databaseEngine")
    zones = attributes.get("deploymentOption")
    if not kind or not zones:
        return None
    if engine == "PostgreSQL" and zones in ("Single-AZ", "Multi-AZ"):
        return Name("AmazonRDS", f"{kind} PostgreSQL {zones}", "hour")
    if engine == "Aurora PostgreSQL" and attributes.get("storage") == "EBS Only":
        return Name("AmazonAurora", kind, "hour")
    return None


def name_search_node(attributes: Mapping[str, str]) -> Name | None:
    """OpenSearch nodes."""
    kind = attributes.get("instanceType", "")
    return Name("AmazonOpenSearch", kind, "hour") if kind.endswith(".search") else None


def name_cache_node(attributes: Mapping[str, str]) -> Name | None:
    """ElastiCache nodes."""
    kind, engine = attributes.get("instanceType"), attributes.get("cacheEngine")
    return Name("AmazonElastiCache", f"{kind} {engine}", "hour") if kind and engine in ("Redis", "Valkey") else None


def name_balancer(attributes: Mapping[str, str]) -> Name | None:
    """Load balancers, by the operation that bills them."""
    usage = _PREFIX.sub("", attributes.get("usagetype", ""))
    _, _, kind = attributes.get("operation", "").partition(":")
    known = {"Application": "application", "Network": "network", "Gateway": "gateway", "": "classic"}.get(kind)
    if known is None:
        return None
    if usage == "LoadBalancerUsage":
        return Name("ElasticLoadBalancing", known, "hour")
    if usage == "LCUUsage" and known != "classic":
        return Name("ElasticLoadBalancing", f"{known} capacity", "hour")
    if usage == "DataProcessing-Bytes" and known == "classic":
        return Name("ElasticLoadBalancing", "classic data", "GB")
    return None


_LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}

QUERIES: tuple[Query, ...] = (
    Query("AmazonEC2", _LINUX, name_instance),
    Query("AmazonEC2", {"productFamily": "Storage"}, by_usage("AmazonEC2")),
    Query("AmazonEC2", {"productFamily": "Storage Snapshot"}, by_usage("AmazonEC2")),
    Query("AmazonEC2", {"productFamily": "System Operation"}, by_usage("AmazonEC2")),
    Query("AmazonEC2", {"productFamily": "Provisioned Throughput"}, by_usage("AmazonEC2")),
    Query("AmazonEC2", {"productFamily": "NAT Gateway"}, by_usage("AmazonEC2")),
    Query("AmazonVPC", {}, by_usage("AmazonVPC")),
    Query("AmazonEKS", {}, by_usage("AmazonEKS")),
    Query("AmazonMSK", {}, name_broker),
    Query("AmazonS3", {}, by_usage("AmazonS3")),
    Query("AmazonRDS", {"productFamily": "Database Instance"}, name_database),
    Query("AmazonES", {}, name_search_node),
    Query("AmazonElastiCache", {}, name_cache_node),
    Query("AWSELB", {}, name_balancer),
    *(
        Query(code, {}, by_usage(code))
        for code in (
            "awskms", "AWSSecretsManager", "AmazonCloudWatch", "AmazonECR", "AWSQueueService", "AmazonDynamoDB",
            "AmazonKinesis", "AWSLambda",
        )
    ),
)  # fmt: skip
"""What a refresh asks. Items that no query answers keep the price they have."""
