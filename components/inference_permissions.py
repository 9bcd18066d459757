"""What a service may do on AWS: exactly the buckets and topics it names, through pod identity."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.arguments import Arguments
from components.eks_roles import pod_identity_role

_TOPIC = re.compile(r"(arn:[a-z-]+:kafka:[^:]+:\d{12}):topic/([^/]+/[^/]+)/.+")


class ServicePermissions(TypedDict):
    """What a service may do on AWS."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster that runs it."""
    read_objects: NotRequired[list[pulumi.Input[str]]]
    """ARNs of S3 objects it may read, such as "arn:aws:s3:::atlas-features/images/*". Default: none."""
    write_objects: NotRequired[list[pulumi.Input[str]]]
    """ARNs of S3 objects it may write. Default: none."""
    consume_topics: NotRequired[list[pulumi.Input[str]]]
    """ARNs of Kafka topics it may read, as the consumer group of its own name. Default: none."""
    produce_topics: NotRequired[list[pulumi.Input[str]]]
    """ARNs of Kafka topics it may write. Default: none."""
    decrypt_keys: NotRequired[list[pulumi.Input[str]]]
    """ARNs of the KMS keys of what it reads and writes. Default: none."""


_GRANTS = ("read_objects", "write_objects", "consume_topics", "produce_topics", "decrypt_keys")


def check_permissions(read: Arguments, permissions: Mapping[str, Any], *, has_model: bool) -> None:
    """Refuse grants of everything or of nothing, and permissions without a cluster."""
    if (permissions or has_model) and permissions.get("cluster_name") is None:
        read.refuse("permissions.cluster_name", "is missing; a role is bound to pods of one cluster, name it")
    if permissions and not has_model and not any(permissions.get(grant) for grant in _GRANTS):
        read.refuse("permissions", f"grant nothing; name one of {', '.join(_GRANTS)} or leave them out")
    for grant in _GRANTS:
        for arn in permissions.get(grant) or []:
            if isinstance(arn, str) and (not arn.startswith("arn:") or arn.endswith((":*", ":::*", ":::*/*"))):
                read.refuse(
                    f"permissions.{grant}", f'"{arn}" is not the ARN of one thing; write such as arn:aws:s3:::b/p/*'
                )


def grant(
    service: str,
    namespace: pulumi.Input[str],
    permissions: Mapping[str, Any],
    model_objects: Sequence[pulumi.Input[str]],
    cost_tags: CostTags,
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """A role with these permissions, handed to the service's pods; the returned resource must exist before they do."""
    role = pod_identity_role(f"{service}-role", {}, cost_tags, opts)
    grants = {name: list(permissions.get(name) or []) for name in _GRANTS}
    grants["read_objects"] += model_objects
    policy = aws.iam.RolePolicy(
        f"{service}-policy",
        role=role.name,
        policy=pulumi.Output.all(**grants).apply(lambda known: policy_document(service, known)),
        opts=opts,
    )
    return aws.eks.PodIdentityAssociation(
        f"{service}-identity",
        cluster_name=permissions["cluster_name"],
        namespace=namespace,
        service_account=service,
        role_arn=role.arn,
        tags=cost_tags.aws(Name=service),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy])),
    )


def policy_document(service: str, grants: Mapping[str, Sequence[str]]) -> str:
    """The policy for these grants; each statement names its resources."""
    consume, produce = grants["consume_topics"], grants["produce_topics"]
    statements = [
        _statement("ReadObjects", ["s3:GetObject", "s3:GetObjectVersion"], grants["read_objects"]),
        _statement("WriteObjects", ["s3:AbortMultipartUpload", "s3:PutObject"], grants["write_objects"]),
        _statement(
            "Connect", ["kafka-cluster:Connect"], sorted({_kafka(arn, "cluster") for arn in (*consume, *produce)})
        ),
        _statement("Consume", ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], consume),
        _statement("Produce", ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"], produce),
        _statement(
            "Group",
            ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
            sorted({f"{_kafka(arn, 'group')}/{service}" for arn in consume}),
        ),
        _statement(
            "Keys",
            ["kms:Decrypt", *(["kms:GenerateDataKey"] if grants["write_objects"] else [])],
            grants["decrypt_keys"],
        ),
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": [each for each in statements if each["Resource"]]})


def _statement(sid: str, actions: list[str], resources: Sequence[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _kafka(topic_arn: str, kind: str) -> str:
    """The ARN of the topic's cluster, or the start of that of its groups."""
    match = _TOPIC.fullmatch(topic_arn)
    if not match:
        raise ValueError(f'"{topic_arn}" is not the ARN of a Kafka topic (arn:aws:kafka:…:topic/cluster/id/topic)')
    return f"{match[1]}:{kind}/{match[2]}"
