"""A captioner: its team's namespace, GPUs that stop at night, and the server itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.gpu_node_pool import GpuNodePool
from components.gpu_pool_plan import CapacityType
from components.inference_service import InferenceService
from components.team_namespace import TeamNamespace


@dataclass(frozen=True)
class Ground:
    """What the server stands on: a cluster, its nodes' role and their subnets."""

    cluster_name: pulumi.Input[str]
    node_role_arn: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    kubernetes: pulumi.ProviderResource


def make_serving(team: str, tags: dict[str, str], ground: Ground, image: str) -> InferenceService:
    """One server that grows to two replicas, each on a GPU; at night there is no node for it."""
    inside = pulumi.ResourceOptions(provider=ground.kubernetes)
    space = TeamNamespace(team, {"tags": tags, "cpu": "16", "memory": "64Gi", "gpus": 2}, inside)
    GpuNodePool(
        f"{team}-gpu",
        {
            "tags": tags,
            "cluster_name": ground.cluster_name,
            "node_role_arn": ground.node_role_arn,
            "subnet_ids": list(ground.subnet_ids),
            "instance_types": ["g5.xlarge", "g4dn.xlarge"],
            "capacity_type": CapacityType.SPOT,
            "max_size": 2,
            "office_hours": {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"},
        },
        inside,
    )
    return InferenceService(
        f"{team}-captioner",
        {
            "tags": tags,
            "namespace": space.namespace,
            "image": image,
            "cpu": "2",
            "memory": "8Gi",
            "gpus": 1,
            "env": {"ETHICS_POLICY_VERSION": "2026-01", "PRIVACY_REGIME": "gdpr"},
            "min_replicas": 1,
            "max_replicas": 2,
        },
        inside,
    )
