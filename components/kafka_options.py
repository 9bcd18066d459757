"""What can be asked of a Kafka cluster, and what MSK makes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

from components.kafka_versions import DEFAULT_VERSION, VERSIONS, problem_with_upgrade, problem_with_version
from components.nested_arguments import NestedArguments

_SIZES = "large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge"
_STANDARD_TYPE = rf"kafka\.(t3\.small|m7g\.({_SIZES})|m5\.({_SIZES}|24xlarge))"
_EXPRESS_TYPE = rf"express\.m7g\.({_SIZES})"


class KafkaKind(StrEnum):
    """Which service runs the brokers."""

    STANDARD = "standard"
    """Brokers with volumes of a declared size."""
    EXPRESS = "express"
    """Brokers with storage that grows by itself and is billed by use; three zones."""
    SERVERLESS = "serverless"
    """No brokers to size; billed by partition and traffic."""


class KafkaAuthentication(StrEnum):
    """How clients prove who they are. There is no way to connect without."""

    IAM = "iam"
    """With an IAM role, which also decides what they may do."""
    SCRAM = "scram"
    """With a user name and password from Secrets Manager."""
    MTLS = "mtls"
    """With a certificate of a private CA."""


class CleanupPolicy(StrEnum):
    """What happens to a topic's old records."""

    DELETE = "delete"
    """They are deleted when the retention is over."""
    COMPACT = "compact"
    """The newest record of each key stays."""
    COMPACT_DELETE = "compact,delete"
    """The newest record of each key stays until the retention is over."""


class KafkaServerOptions(TypedDict):
    """The brokers' `server.properties`: defaults for topics that say nothing else."""

    default_replication_factor: NotRequired[int]
    """On how many brokers each partition lies. Default: 3, or the number of brokers where there are fewer."""
    min_insync_replicas: NotRequired[int]
    """How many must have a record before it counts as written. Default: one less than the replication factor."""
    num_partitions: NotRequired[int]
    """How many partitions a topic has. Default: one a broker."""
    auto_create_topics: NotRequired[bool]
    """Whether writing to a topic that does not exist creates it. Default: no."""
    unclean_leader_election: NotRequired[bool]
    """Whether a replica that lags may lead, which loses records. Default: no."""
    log_retention_hours: NotRequired[int]
    """How long records are kept. Default: 168."""
    message_max_bytes: NotRequired[int]
    """How large a record batch can be. Default: 1048588, Kafka's own."""
    compression_type: NotRequired[str]
    """How records are compressed: producer, gzip, snappy, lz4, zstd or uncompressed. Default: as the producer does."""


class KafkaTopic(TypedDict):
    """A topic."""

    name: str
    """Its name."""
    partitions: int
    """How many partitions it has; can only grow."""
    replication_factor: NotRequired[int]
    """On how many brokers each lies. Default: the cluster's default."""
    min_insync_replicas: NotRequired[int]
    """How many must have a record before it counts as written. Default: one less than the replication factor."""
    retention_hours: NotRequired[int]
    """How long records are kept; -1 is for ever. Default: the cluster's default."""
    cleanup: NotRequired[CleanupPolicy]
    """What happens to old records. Default: they are deleted."""
    max_message_bytes: NotRequired[int]
    """How large a record batch can be. Default: the cluster's default."""
    local_retention_hours: NotRequired[int]
    """How long records also stay on the brokers' volumes before only tiered storage has them. Default: not tiered."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is made."""

    name: str
    partitions: int
    replication_factor: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the brokers are."""

    kind: KafkaKind
    version: str
    instance_type: str
    brokers: int
    volume_gib: int
    max_volume_gib: int
    tiered: bool
    authentication: tuple[KafkaAuthentication, ...]
    properties: Mapping[str, str]


_BROKER_ARGUMENTS = (
    "brokers_per_zone",
    "instance_type",
    "kafka_version",
    "log_bucket",
    "log_retention_days",
    "max_volume_size_gib",
    "monitoring",
    "prometheus",
    "running_version",
    "scram_secret_arns",
    "server_properties",
    "tiered_storage",
    "topics",
    "volume_size_gib",
)


def read_shape(check: NestedArguments, zone_count: int) -> Shape:
    """The brokers that the arguments ask for; what MSK does not offer is refused."""
    kind = check.choice("kind", KafkaKind, KafkaKind.STANDARD)
    authentication = _read_authentication(check)
    if kind is KafkaKind.SERVERLESS:
        for argument in _BROKER_ARGUMENTS:
            if check.has(argument):
                check.refuse(
                    argument, "cannot be chosen for a serverless cluster; leave it out or choose kind standard"
                )
        if authentication != (KafkaAuthentication.IAM,):
            check.refuse("authentication", "a serverless cluster knows iam only; leave it out")
        if not 2 <= zone_count <= 5:
            check.refuse("subnet_ids", f"{zone_count} subnets; a serverless cluster takes 2 to 5, each of another zone")
        return Shape(kind, "", "", 0, 0, 0, False, authentication, {})
    brokers = check.whole("brokers_per_zone", 1, least=1, most=10) * zone_count
    needed = (3,) if kind is KafkaKind.EXPRESS else (2, 3)
    if zone_count not in needed:
        what = "3" if kind is KafkaKind.EXPRESS else "2 or 3"
        check.refuse("subnet_ids", f"{zone_count} subnets; {kind.value} brokers take {what}, each of another zone")
    version = _read_version(check, kind)
    instance_type = _read_instance_type(check, kind)
    volume, most = _read_volume(check, kind)
    tiered = check.flag("tiered_storage", False)
    if tiered and kind is KafkaKind.EXPRESS:
        check.refuse("tiered_storage", "True: express brokers have storage of their own; leave it out")
    if tiered and instance_type == "kafka.t3.small":
        check.refuse("tiered_storage", "True cannot be had on kafka.t3.small; use kafka.m7g.large or larger")
    properties = _read_properties(check, kind, brokers)
    return Shape(kind, version, instance_type, brokers, volume, most, tiered, authentication, properties)


def _read_authentication(check: NestedArguments) -> tuple[KafkaAuthentication, ...]:
    values = check.members("authentication", KafkaAuthentication, (KafkaAuthentication.IAM,))
    if not values:
        check.refuse("authentication", "is empty; name at least iam, as nobody connects unauthenticated")
    for argument, method in (
        ("certificate_authority_arns", KafkaAuthentication.MTLS),
        ("scram_secret_arns", KafkaAuthentication.SCRAM),
    ):
        if check.has(argument) and method not in values:
            check.refuse(argument, f"is of no use without {method.value}; add {method.value} to authentication")
    if KafkaAuthentication.MTLS in values and not check.has("certificate_authority_arns"):
        check.refuse("certificate_authority_arns", "is missing; name the private CAs whose certificates mtls accepts")
    return values


def _read_version(check: NestedArguments, kind: KafkaKind) -> str:
    version = check.text("kafka_version", ".*", "a version", DEFAULT_VERSION)
    today = datetime.now(UTC).date()
    if problem := problem_with_version(version, express=kind is KafkaKind.EXPRESS, today=today):
        check.refuse("kafka_version", problem)
        return DEFAULT_VERSION
    running = check.text("running_version", "|".join(map(re.escape, VERSIONS)), "a version as MSK names it", version)
    if problem := problem_with_upgrade(running, version):
        check.refuse("kafka_version", problem)
    return version


def _read_instance_type(check: NestedArguments, kind: KafkaKind) -> str:
    pattern, example = (
        (_EXPRESS_TYPE, "express.m7g.large") if kind is KafkaKind.EXPRESS else (_STANDARD_TYPE, "kafka.m7g.large")
    )
    return check.text("instance_type", pattern, f"a type of {kind.value} brokers such as {example}", example)


def _read_volume(check: NestedArguments, kind: KafkaKind) -> tuple[int, int]:
    if kind is KafkaKind.EXPRESS:
        for argument in ("volume_size_gib", "max_volume_size_gib"):
            if check.has(argument):
                check.refuse(
                    argument, "cannot be chosen for express brokers, whose storage grows by itself; leave it out"
                )
        return 0, 0
    volume = check.whole("volume_size_gib", 100, least=1, most=16_384)
    most = check.whole("max_volume_size_gib", volume, least=1, most=16_384)
    if most < volume:
        check.refuse("max_volume_size_gib", f"{most} is below volume_size_gib ({volume}); use {volume} or more")
    return volume, most


def _read_properties(check: NestedArguments, kind: KafkaKind, brokers: int) -> dict[str, str]:
    options = check.item("server_properties") or NestedArguments("", {})
    options.allow_only(KafkaServerOptions.__annotations__)
    factor = options.whole("default_replication_factor", min(3, brokers), least=1, most=max(1, brokers))
    in_sync = options.whole("min_insync_replicas", max(1, factor - 1), least=1, most=factor)
    if factor > 1 and in_sync == factor:
        options.refuse(
            "min_insync_replicas", f"{in_sync} of {factor} replicas stops all writes when one broker restarts; use less"
        )
    durable = {
        "default.replication.factor": str(factor),
        "min.insync.replicas": str(in_sync),
        "unclean.leader.election.enable": _flag(options.flag("unclean_leader_election", False)),
    }
    if kind is KafkaKind.EXPRESS:
        for argument in ("default_replication_factor", "min_insync_replicas", "unclean_leader_election"):
            if options.has(argument):
                options.refuse(argument, "is fixed for express brokers (3 replicas, 2 in sync); leave it out")
        durable = {}
    compression = options.text(
        "compression_type",
        "producer|gzip|snappy|lz4|zstd|uncompressed",
        "producer, gzip, snappy, lz4, zstd or uncompressed",
        "producer",
    )
    return {
        "auto.create.topics.enable": _flag(options.flag("auto_create_topics", False)),
        "compression.type": compression,
        "log.retention.hours": str(options.whole("log_retention_hours", 168, least=1)),
        "message.max.bytes": str(options.whole("message_max_bytes", 1_048_588, least=1024, most=33_554_432)),
        "num.partitions": str(options.whole("num_partitions", brokers, least=1, most=1000)),
        **durable,
    }


def read_topics(check: NestedArguments, shape: Shape) -> tuple[Topic, ...]:
    """The topics that the arguments ask for; what the brokers cannot hold is refused."""
    topics = tuple(_read_topic(item, shape) for item in check.items("topics"))
    names = [topic.name for topic in topics]
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        check.refuse("topics", f'"{repeated}" is there twice; write each topic once')
    return topics


def _read_topic(check: NestedArguments, shape: Shape) -> Topic:
    check.allow_only(KafkaTopic.__annotations__)
    name = check.text("name", r"(?!\.{1,2}$|__)[A-Za-z0-9._-]{1,249}", "a topic name of letters, digits, '.', '_', '-'")
    if not check.has("partitions"):
        check.refuse("partitions", "is missing; write how many partitions the topic has")
    default = int(shape.properties.get("default.replication.factor", min(3, shape.brokers) or 1))
    factor = check.whole("replication_factor", default, least=1, most=max(1, shape.brokers))
    in_sync = check.whole("min_insync_replicas", max(1, factor - 1), least=1, most=factor)
    if factor > 1 and in_sync == factor:
        check.refuse(
            "min_insync_replicas", f"{in_sync} of {factor} replicas stops all writes when one broker restarts; use less"
        )
    configs = {
        "cleanup.policy": check.choice("cleanup", CleanupPolicy, CleanupPolicy.DELETE).value,
        "min.insync.replicas": str(in_sync),
    }
    if check.has("retention_hours"):
        hours = check.whole("retention_hours", -1, least=-1)
        configs["retention.ms"] = "-1" if hours < 0 else str(hours * 3_600_000)
    if check.has("max_message_bytes"):
        configs["max.message.bytes"] = str(check.whole("max_message_bytes", 1024, least=1024, most=33_554_432))
    if check.has("local_retention_hours"):
        if not shape.tiered:
            check.refuse("local_retention_hours", "needs tiered_storage; write True for it or leave this out")
        if "compact" in configs["cleanup.policy"]:
            check.refuse("local_retention_hours", "cannot be had for a compacted topic; choose cleanup delete")
        configs["remote.storage.enable"] = "true"
        configs["local.retention.ms"] = str(check.whole("local_retention_hours", 1, least=1) * 3_600_000)
    return Topic(name, check.whole("partitions", 1, least=1, most=10_000), factor, dict(sorted(configs.items())))


def render_properties(properties: Mapping[str, str]) -> str:
    """The text of `server.properties`, sorted."""
    return "".join(f"{key}={value}\n" for key, value in sorted(properties.items()))


def _flag(value: bool) -> str:
    return "true" if value else "false"
