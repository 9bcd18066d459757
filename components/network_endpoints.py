"""Which AWS services each component's pods, nodes and clients call, so that a network has a way to them."""

from collections.abc import Iterable

_IMAGES = ("ecr.api", "ecr.dkr")
_PODS = ("eks-auth", "sts")

ENDPOINTS = {
    "AdmissionPolicies": (),
    "ClusterAddons": ("autoscaling", "ec2", "eks", "sqs", "ssm", *_IMAGES, *_PODS),
    "CostBudget": (),
    "CpuNodePool": ("ec2", "eks", *_IMAGES, "sts"),
    "DataContract": (),
    "DataPipeline": (
        "emr-serverless",
        "glue",
        "kinesis-firehose",
        "kinesis-streams",
        "kms",
        "logs",
        "monitoring",
        "sns",
        "sqs",
        "states",
        *_PODS,
    ),
    "DataRoles": (),
    "GpuNodePool": ("ec2", "eks", *_IMAGES, "sts"),
    "InferenceService": ("kms", "monitoring", "sqs", *_IMAGES, *_PODS),
    "KafkaCluster": ("glue", "kms", "logs", "secretsmanager", "sts"),
    "KubernetesCluster": (
        "autoscaling",
        "ec2",
        "eks",
        "elasticloadbalancing",
        "kms",
        "logs",
        *_IMAGES,
        *_PODS,
    ),
    "ModelService": ("kms", "logs", "monitoring", "sqs", *_IMAGES, *_PODS),
    "Network": (),
    "StorageTiers": ("kms", "sts"),
    "TeamNamespace": (),
    "VectorDatabase": ("kms", "logs", "rds-data", "secretsmanager", *_IMAGES, *_PODS),
    "WorkloadManifest": (*_IMAGES, *_PODS),
}
"""The services with an interface endpoint, by component; S3 and DynamoDB have gateway endpoints. An OpenSearch
collection brings an endpoint of its own, and the prices that Karpenter reads have none in most regions."""


def endpoints_for(components: Iterable[str]) -> set[str]:
    """The services that `components` call."""
    return {service for component in components for service in ENDPOINTS[component]}
