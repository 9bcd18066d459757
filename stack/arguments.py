"""The components' arguments, from the settings of an environment."""

from collections.abc import Mapping

import pulumi

from apex.settings import GpuPoolSettings, InferenceSettings
from components.addon_charts import ClusterAddon
from components.cluster_addons import ClusterAddonsArgs
from components.cpu_node_pool import CpuNodePoolArgs
from components.gpu_node_pool import GpuNodePoolArgs
from components.gpu_pool_plan import CapacityType
from components.inference_service import InferenceServiceArgs
from components.kafka_cluster import KafkaClusterArgs
from components.kubernetes_cluster import KubernetesCluster, KubernetesClusterArgs
from components.network import NatPlacement, Network, NetworkArgs
from components.storage_tiers import DataClass, StorageTier, StorageTiersArgs
from components.team_namespace import TeamNamespace
from components.vector_database import VectorDatabaseArgs
from stack.environment import Environment

_ADDONS = (
    ClusterAddon.ARGO_ROLLOUTS,
    ClusterAddon.CLUSTER_AUTOSCALER,
    ClusterAddon.DCGM_EXPORTER,
    ClusterAddon.KEDA,
    ClusterAddon.PROMETHEUS,
)
"""What the environments' own objects need: canaries with measures, models that grow with the use of their GPUs, and
pools that grow and shrink."""

_NAT = {"single": NatPlacement.SINGLE, "perZone": NatPlacement.PER_ZONE}


def network(env: Environment) -> NetworkArgs:
    """The VPC's."""
    wanted = env.settings.network
    return {
        "tags": env.tags(env.settings.owner),
        "cidr": str(wanted.cidr),
        "zone_count": wanted.zones,
        "nat": _NAT[wanted.nat],
        "flow_log_retention_days": wanted.flow_log_retention_days,
        "cluster_name": f"{env.name}-cluster",
    }


def kubernetes_cluster(env: Environment, network: Network) -> KubernetesClusterArgs:
    """The EKS cluster's."""
    wanted = env.settings.kubernetes
    return {
        "tags": env.tags(env.settings.owner),
        "version": wanted.version,
        "subnet_ids": list(network.private_subnet_ids),
        "system_instance_types": list(wanted.system_nodes.instance_types),
        "system_min_size": wanted.system_nodes.min_size,
        "system_max_size": wanted.system_nodes.max_size,
        "public_access_cidrs": [str(cidr) for cidr in wanted.public_access_cidrs],
        "log_retention_days": wanted.log_retention_days,
    }


def cluster_addons(env: Environment, cluster: KubernetesCluster) -> ClusterAddonsArgs:
    """Those of the controllers that the environment's objects need."""
    return {
        "tags": env.tags(env.settings.owner),
        "cluster_name": cluster.cluster_name,
        "addons": [addon.value for addon in _ADDONS],
    }


def kafka_cluster(env: Environment, network: Network) -> KafkaClusterArgs:
    """The MSK cluster's; clients connect from inside the VPC."""
    wanted = env.settings.kafka
    return {
        "tags": env.tags(env.settings.owner),
        "vpc_id": network.vpc_id,
        "subnet_ids": list(network.private_subnet_ids),
        "kafka_version": wanted.version,
        "instance_type": wanted.instance_type,
        "brokers_per_zone": wanted.brokers_per_zone,
        "volume_size_gib": wanted.volume_size_gib,
        "max_volume_size_gib": wanted.max_volume_size_gib,
        "client_cidrs": [str(env.settings.network.cidr)],
        "log_retention_days": wanted.log_retention_days,
        "deletion_protection": env.settings.deletion_protection,
    }


def storage_tiers(env: Environment) -> StorageTiersArgs:
    """The buckets'."""
    wanted = env.settings.storage
    raw: DataClass = {"name": "all", "expire_after_days": wanted.raw_retention_days}
    archive: StorageTier = {
        "name": "archive",
        "data_classes": [
            {"name": "all", "deep_archive_after_days": 1, "expire_after_days": wanted.archive_retention_days}
        ],
    }
    if wanted.archive_lock_days:
        archive["object_lock"] = {"retention_days": wanted.archive_lock_days}
    tiers: list[StorageTier] = [
        {"name": "raw", "data_classes": [raw]},
        {"name": "curated", "data_classes": [{"name": "all", "intelligent_tiering_after_days": 0}]},
        {"name": "features"},
        archive,
    ]
    for tier in tiers:
        tier["noncurrent_expire_after_days"] = wanted.noncurrent_retention_days
    return {
        "tags": env.tags(env.settings.owner),
        "tiers": tiers,
        "force_destroy": wanted.force_destroy,
        "deletion_protection": env.settings.deletion_protection,
    }


def vector_database(env: Environment, network: Network) -> VectorDatabaseArgs:
    """The vector database's; clients connect from inside the VPC."""
    wanted = env.settings.vector_database
    return {
        "tags": env.tags(wanted.owner),
        "vpc_id": network.vpc_id,
        "subnet_ids": list(network.private_subnet_ids),
        "dimensions": wanted.dimensions,
        "standby_replicas": wanted.standby_replicas,
        "client_cidrs": [str(env.settings.network.cidr)],
        "deletion_protection": env.settings.deletion_protection,
    }


def cpu_pool(env: Environment, network: Network, cluster: KubernetesCluster) -> CpuNodePoolArgs:
    """That of the nodes for what the teams run."""
    wanted = env.settings.kubernetes.workload_nodes
    return {
        "tags": env.tags(env.settings.owner),
        "cluster_name": cluster.cluster_name,
        "node_role_arn": cluster.node_role_arn,
        "subnet_ids": list(network.private_subnet_ids),
        "instance_types": list(wanted.instance_types),
        "min_size": wanted.min_size,
        "max_size": wanted.max_size,
    }


def gpu_pool(
    env: Environment, wanted: GpuPoolSettings, network: Network, cluster: KubernetesCluster
) -> GpuNodePoolArgs:
    """One GPU pool's."""
    args: GpuNodePoolArgs = {
        "tags": env.tags(wanted.owner),
        "cluster_name": cluster.cluster_name,
        "node_role_arn": cluster.node_role_arn,
        "subnet_ids": list(network.private_subnet_ids),
        "instance_types": list(wanted.instance_types),
        "capacity_type": CapacityType(wanted.capacity_type),
        "min_size": wanted.min_size,
        "max_size": wanted.max_size,
        "volume_size_gib": wanted.volume_size_gib,
    }
    if wanted.office_hours:
        args["office_hours"] = {"start": wanted.office_hours.start, "stop": wanted.office_hours.stop}
    return args


def inference_service(
    env: Environment, wanted: InferenceSettings, namespaces: Mapping[str, TeamNamespace]
) -> InferenceServiceArgs:
    """One model server's. Its namespace has to be one that the ownership file gives to a team."""
    if wanted.namespace not in namespaces:
        raise pulumi.RunError(
            f'{env.file.name}: apex:inference: namespace "{wanted.namespace}" of {wanted.name} belongs to no team; '
            f"use one of {', '.join(sorted(namespaces))}, or add it to the catalog's Ownership"
        )
    return {
        "tags": env.tags(wanted.owner),
        "namespace": namespaces[wanted.namespace].namespace,
        "image": wanted.image,
        "port": wanted.port,
        "cpu": wanted.cpu,
        "memory": wanted.memory,
        "gpus": wanted.gpus,
        "env": env.governance(),
        "min_replicas": wanted.min_replicas,
        "max_replicas": wanted.max_replicas,
    }
