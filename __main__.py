"""The platform of one environment: what the settings and the catalog declare, as components."""

import pulumi

from components.admission_policies import AdmissionPolicies
from components.cluster_addons import ClusterAddons
from components.cost_budget import CostBudget
from components.cpu_node_pool import CpuNodePool
from components.data_contract import DataContract
from components.data_pipeline import DataPipeline
from components.data_roles import DataRoles
from components.gpu_node_pool import GpuNodePool
from components.inference_service import InferenceService
from components.kafka_cluster import KafkaCluster
from components.kubernetes_cluster import KubernetesCluster
from components.model_service import ModelService
from components.network import Network
from components.storage_tiers import StorageTiers
from components.team_namespace import TeamNamespace
from components.vector_database import VectorDatabase
from components.workload_manifest import WorkloadManifest
from stack import (
    arguments,
    declared,
    declared_contracts,
    declared_models,
    declared_pipelines,
    declared_workloads,
    environment,
    guard,
)

env = environment.current()
catalog = declared.catalog(env)

budgets = [CostBudget(f"{env.name}-{name}-budget", args) for name, args in declared.budgets(env, catalog)]
network = Network(f"{env.name}-network", arguments.network(env))
tiers = declared_contracts.retained(arguments.storage_tiers(env), catalog)
storage = StorageTiers(f"{env.name}-storage", declared_pipelines.with_pipelines(tiers, catalog))
kafka = KafkaCluster(
    f"{env.name}-kafka", declared_pipelines.with_topics(arguments.kafka_cluster(env, network), catalog)
)
vectors = VectorDatabase(f"{env.name}-vectors", arguments.vector_database(env, network))
cluster = KubernetesCluster(f"{env.name}-cluster", arguments.kubernetes_cluster(env, network))
in_cluster = pulumi.ResourceOptions(provider=cluster.kubernetes_provider)
measured = declared_pipelines.with_measures(arguments.cluster_addons(env, cluster), env, catalog, kafka)
addons = ClusterAddons(f"{env.name}-addons", measured, in_cluster)
admission = AdmissionPolicies(f"{env.name}-admission", guard.admission_policies(env), in_cluster)
# No cluster takes a Rollout or a ServiceMonitor before its controller has brought the definition; and our own
# workloads are held to the policies like all others.
after_addons = pulumi.ResourceOptions(provider=cluster.kubernetes_provider, depends_on=[addons, admission])
general = CpuNodePool(f"{env.name}-general", arguments.cpu_pool(env, network, cluster))
pools = [
    GpuNodePool(f"{env.name}-{pool.name}-gpu", arguments.gpu_pool(env, pool, network, cluster), in_cluster)
    for pool in env.settings.gpu_pools
]
namespaces = {
    name: TeamNamespace(f"{env.name}-{name}", args, in_cluster) for name, args in declared.namespaces(env, catalog)
}
services = {
    service.name: InferenceService(
        f"{env.name}-{service.name}", arguments.inference_service(env, service, namespaces), after_addons
    )
    for service in env.settings.inference
}
models = {
    name: ModelService(f"{env.name}-{name}", args, after_addons)
    for name, args in declared_models.models(env, catalog, namespaces)
}
workloads = {
    name: WorkloadManifest(f"{env.name}-{name}", args, after_addons)
    for name, args in declared_workloads.workloads(env, catalog, namespaces)
}
platform = declared_pipelines.Platform(network, storage, kafka, vectors, cluster, namespaces)
pipelines = {
    name: DataPipeline(f"{env.name}-{name}", args, after_addons)
    for name, args in declared_pipelines.pipelines(env, catalog, platform)
}
roles = DataRoles(f"{env.name}-data", declared_contracts.roles(env, catalog))
contracts = {
    name: DataContract(f"{env.name}-{name}-data", args)
    for name, args in declared_contracts.contracts(env, catalog, storage, roles, pipelines)
}

pulumi.export("bucketNames", storage.bucket_names)
pulumi.export("dataRoleArns", roles.role_arns)
pulumi.export("clusterName", cluster.cluster_name)
pulumi.export("kafkaArn", kafka.arn)
pulumi.export("kafkaBootstrapBrokers", kafka.bootstrap_brokers_sasl_iam)
pulumi.export("serviceUrls", {name: service.url for name, service in services.items()})
pulumi.export("vectorEndpoint", vectors.endpoint)
