"""What the variants of the vector database share: the plan they build and what they give back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pulumi

from apex.tags import CostTags


class VectorEngine(StrEnum):
    """Which service holds the vectors."""

    OPENSEARCH_SERVERLESS = "opensearchServerless"
    """An OpenSearch Serverless collection; from two compute units up, without servers."""
    AURORA_POSTGRESQL = "auroraPostgresql"
    """Aurora PostgreSQL Serverless v2 with pgvector; can pause when nobody connects."""
    QDRANT = "qdrant"
    """Qdrant on the Kubernetes cluster; no service of AWS, paid for as nodes and volumes."""


class VectorMetric(StrEnum):
    """How the distance of two vectors is measured."""

    COSINE = "cosine"
    """By their angle."""
    EUCLIDEAN = "euclidean"
    """By their straight-line distance."""
    INNER_PRODUCT = "innerProduct"
    """By their inner product."""


@dataclass(frozen=True, slots=True)
class QdrantPlan:
    """Qdrant's part of a vector database as it is made."""

    namespace: pulumi.Input[str]
    image: str
    api_key_secret: str
    tls_secret: str
    replicas: int
    cpu: str
    memory: str
    volume_gib: int
    client_namespaces: tuple[str, ...]
    node_selector: Mapping[str, str]
    pull_secrets: tuple[str, ...]
    user: int
    snapshot_bucket: pulumi.Input[str]
    snapshot_image: str
    snapshot_key_arn: pulumi.Input[str] | None
    snapshot_schedule: str
    cluster_name: pulumi.Input[str]


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """The job that makes PostgreSQL's extension, table and index."""

    namespace: pulumi.Input[str]
    cluster_name: pulumi.Input[str]
    image: str
    pull_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VectorPlan:
    """A vector database as it is made."""

    tags: CostTags
    engine: VectorEngine
    store_name: str
    dimensions: int
    metric: VectorMetric
    links: int
    ef_construction: int
    vpc_id: pulumi.Input[str]
    subnet_ids: tuple[pulumi.Input[str], ...]
    client_cidrs: tuple[str, ...]
    client_groups: tuple[pulumi.Input[str], ...]
    reader_role_arns: tuple[pulumi.Input[str], ...]
    writer_role_arns: tuple[pulumi.Input[str], ...]
    standby_replicas: bool
    min_capacity: float
    max_capacity: float
    backup_days: int
    log_days: int
    protect: bool
    qdrant: QdrantPlan | None = None
    migration: MigrationPlan | None = None


@dataclass(frozen=True, slots=True)
class MadeStore:
    """What a variant gives back."""

    endpoint: pulumi.Output[str]
    arn: pulumi.Output[str]
    auth: str
    kms_key_arn: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    connect_policy_arn: pulumi.Output[str]
    index_definition: str
