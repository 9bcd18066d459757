"""Frames of cameras: the topic that they arrive on, and the buckets that they are kept in."""

from collections.abc import Sequence
from pathlib import Path

import pulumi

from components.kafka_cluster import KafkaCluster
from components.schema_options import SchemaFormat
from components.storage_tiers import StorageTiers

_SCHEMA = Path(__file__).with_name("frame.avsc")


def make_stream(
    name: str,
    tags: dict[str, str],
    vpc_id: pulumi.Input[str],
    subnet_ids: Sequence[pulumi.Input[str]],
    client_cidrs: Sequence[str],
) -> tuple[KafkaCluster, StorageTiers]:
    """A small cluster with one topic, and tiers that let frames go after a quarter."""
    kafka = KafkaCluster(
        f"{name}-kafka",
        {
            "tags": tags,
            "vpc_id": vpc_id,
            "subnet_ids": list(subnet_ids),
            "instance_type": "kafka.t3.small",
            "volume_size_gib": 50,
            "client_cidrs": list(client_cidrs),
            "topics": [{"name": "frames", "partitions": 6, "replication_factor": 2}],
            "schemas": [
                {"name": "frame", "format": SchemaFormat.AVRO, "definition": _SCHEMA.read_text(encoding="utf-8")}
            ],
            "principals": [
                {"name": "cameras", "produce": ["frames"]},
                {"name": "captions", "consume": ["frames"]},
            ],
        },
    )
    tiers = StorageTiers(
        f"{name}-data",
        {
            "tags": tags,
            "tiers": [
                {"name": "raw", "data_classes": [{"name": "frames", "expire_after_days": 90}]},
                {"name": "curated"},
            ],
        },
    )
    return kafka, tiers
