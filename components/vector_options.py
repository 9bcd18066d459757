"""What the variants of the vector database share: the plan they build and what they give back."""

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


class VectorMetric(StrEnum):
    """How the distance of two vectors is measured."""

    COSINE = "cosine"
    """By their angle."""
    EUCLIDEAN = "euclidean"
    """By their straight-line distance."""
    INNER_PRODUCT = "innerProduct"
    """By their inner product."""


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
