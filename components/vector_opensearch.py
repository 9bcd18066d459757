"""Vectors in an OpenSearch Serverless collection."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.keys import Account, create_key
from components.vector_options import MadeStore, VectorMetric, VectorPlan

_SPACES = {VectorMetric.COSINE: "cosinesimil", VectorMetric.EUCLIDEAN: "l2", VectorMetric.INNER_PRODUCT: "innerproduct"}
_READ = ("aoss:DescribeIndex", "aoss:ReadDocument")
_WRITE = (*_READ, "aoss:CreateIndex", "aoss:UpdateIndex", "aoss:WriteDocument")


def create_collection(name: str, plan: VectorPlan, group_id: pulumi.Output[str], parent: pulumi.Resource) -> MadeStore:
    """The collection, reached through a VPC endpoint only, by the roles of `plan` only."""
    child = pulumi.ResourceOptions(parent=parent)
    kept = pulumi.ResourceOptions(parent=parent, protect=plan.protect or None)
    key = create_key(f"{name}-data", "Vectors", plan.tags, Account.of(parent), kept)
    encryption = aws.opensearch.ServerlessSecurityPolicy(
        f"{name}-encryption",
        name=plan.store_name,
        type="encryption",
        policy=key.arn.apply(lambda arn: _encryption(plan.store_name, arn)),
        opts=child,
    )
    endpoint = aws.opensearch.ServerlessVpcEndpoint(
        f"{name}-endpoint",
        name=plan.store_name,
        vpc_id=plan.vpc_id,
        subnet_ids=list(plan.subnet_ids),
        security_group_ids=[group_id],
        opts=child,
    )
    network = aws.opensearch.ServerlessSecurityPolicy(
        f"{name}-network",
        name=plan.store_name,
        type="network",
        policy=endpoint.id.apply(lambda id_: _network(plan.store_name, id_)),
        opts=child,
    )
    if plan.reader_role_arns or plan.writer_role_arns:
        aws.opensearch.ServerlessAccessPolicy(
            f"{name}-access",
            name=plan.store_name,
            type="data",
            policy=pulumi.Output.all(list(plan.reader_role_arns), list(plan.writer_role_arns)).apply(
                lambda roles: _access(plan.store_name, roles[0], roles[1])
            ),
            opts=child,
        )
    collection = aws.opensearch.ServerlessCollection(
        f"{name}-collection",
        name=plan.store_name,
        type="VECTORSEARCH",
        standby_replicas="ENABLED" if plan.standby_replicas else "DISABLED",
        description=f"{plan.dimensions}-dimensional vectors",
        tags=plan.tags.aws(Name=f"{name}-collection"),
        opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[encryption, network])),
    )
    return MadeStore(
        endpoint=collection.collection_endpoint,
        arn=collection.arn,
        auth="aws-sigv4",
        kms_key_arn=key.arn,
        secret_arn=pulumi.Output.from_input(""),
        connect_policy_arn=pulumi.Output.from_input(""),
        index_definition=_index(plan),
    )


def _encryption(collection: str, key_arn: str) -> str:
    rule = {"ResourceType": "collection", "Resource": [f"collection/{collection}"]}
    return json.dumps({"Rules": [rule], "AWSOwnedKey": False, "KmsARN": key_arn}, sort_keys=True)


def _network(collection: str, endpoint_id: str) -> str:
    rule = {"ResourceType": "collection", "Resource": [f"collection/{collection}"]}
    return json.dumps([{"Rules": [rule], "AllowFromPublic": False, "SourceVPCEs": [endpoint_id]}], sort_keys=True)


def _access(collection: str, readers: Sequence[str], writers: Sequence[str]) -> str:
    statements: list[dict[str, Any]] = []
    for principals, actions in ((readers, _READ), (writers, _WRITE)):
        if principals:
            rule = {"ResourceType": "index", "Resource": [f"index/{collection}/*"], "Permission": sorted(actions)}
            statements.append({"Rules": [rule], "Principal": sorted(principals)})
    return json.dumps(statements, sort_keys=True)


def _index(plan: VectorPlan) -> str:
    method = {
        "name": "hnsw",
        "engine": "faiss",
        "space_type": _SPACES[plan.metric],
        "parameters": {"ef_construction": plan.ef_construction, "m": plan.links},
    }
    embedding = {"type": "knn_vector", "dimension": plan.dimensions, "method": method}
    return json.dumps(
        {"settings": {"index": {"knn": True}}, "mappings": {"properties": {"embedding": embedding}}}, sort_keys=True
    )
