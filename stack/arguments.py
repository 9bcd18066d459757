"""The components' arguments, from the settings of an environment."""

from apex.settings import GpuPoolSettings, InferenceSettings
from components.gpu_node_pool import CapacityType, GpuNodePoolArgs
from components.inference_service import InferenceServiceArgs
from components.kubernetes_cluster import KubernetesCluster, KubernetesClusterArgs
from components.network import NatPlacement, Network, NetworkArgs
from stack.environment import Environment

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
        "subnet_ids": network.private_subnet_ids,
        "system_instance_types": list(wanted.system_nodes.instance_types),
        "system_min_size": wanted.system_nodes.min_size,
        "system_max_size": wanted.system_nodes.max_size,
        "public_access_cidrs": [str(cidr) for cidr in wanted.public_access_cidrs],
        "log_retention_days": wanted.log_retention_days,
    }


def gpu_pool(
    env: Environment, wanted: GpuPoolSettings, network: Network, cluster: KubernetesCluster
) -> GpuNodePoolArgs:
    """One GPU pool's."""
    args: GpuNodePoolArgs = {
        "tags": env.tags(wanted.owner),
        "cluster_name": cluster.cluster_name,
        "node_role_arn": cluster.node_role_arn,
        "subnet_ids": network.private_subnet_ids,
        "instance_types": list(wanted.instance_types),
        "capacity_type": CapacityType(wanted.capacity_type),
        "min_size": wanted.min_size,
        "max_size": wanted.max_size,
        "volume_size_gib": wanted.volume_size_gib,
    }
    if wanted.office_hours:
        args["office_hours"] = {"start": wanted.office_hours.start, "stop": wanted.office_hours.stop}
    return args


def inference_service(env: Environment, wanted: InferenceSettings) -> InferenceServiceArgs:
    """One model server's."""
    return {
        "tags": env.tags(wanted.owner),
        "namespace": wanted.namespace,
        "image": wanted.image,
        "port": wanted.port,
        "cpu": wanted.cpu,
        "memory": wanted.memory,
        "gpus": wanted.gpus,
        "min_replicas": wanted.min_replicas,
        "max_replicas": wanted.max_replicas,
    }
