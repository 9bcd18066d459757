"""The whole platform: the ground, both other examples on it, a vector database, and a budget over all."""

import pulumi

from apex.tags import CostTags
from components.cost_budget import CostBudget
from components.kubernetes_cluster import KubernetesCluster
from components.network import Network
from components.vector_database import VectorDatabase
from examples.gpu_inference.serving import Ground, make_serving
from examples.kafka_and_tiers.stream import make_stream

config = pulumi.Config()
cidr, budgets = config.require("cidr"), config.require_object("budgets")
stack = pulumi.get_stack()
tags = CostTags.of({**config.require_object("tags"), "environment": stack})
ours, vision = tags.aws(), tags.with_owner(team="vision", cost_center="cc-1001").aws()

network = Network(f"all-{stack}", {"tags": ours, "cidr": cidr, "cluster_name": f"all-{stack}-cluster"})
cluster = KubernetesCluster(
    f"all-{stack}-cluster",
    {
        "tags": ours,
        "version": config.require("kubernetesVersion"),
        "subnet_ids": list(network.private_subnet_ids),
        "system_instance_types": ["t3.large"],
        "system_min_size": 2,
        "system_max_size": 4,
    },
)
ground = Ground(cluster.cluster_name, cluster.node_role_arn, network.private_subnet_ids, cluster.kubernetes_provider)
kafka, tiers = make_stream(f"all-{stack}", ours, network.vpc_id, network.private_subnet_ids, [cidr])
service = make_serving("vision", vision, ground, config.require("image"))
vectors = VectorDatabase(
    f"all-{stack}-vectors",
    {
        "tags": ours,
        "vpc_id": network.vpc_id,
        "subnet_ids": list(network.private_subnet_ids),
        "dimensions": 768,
        "standby_replicas": False,
        "client_cidrs": [cidr],
    },
)
for team, paid in (("platform", ours), ("vision", vision)):
    CostBudget(f"all-{stack}-{team}", {"tags": paid, "amount": budgets[team], "emails": [f"{team}@example.com"]})

pulumi.export("bootstrapBrokers", kafka.bootstrap_brokers_sasl_iam)
pulumi.export("bucketNames", tiers.bucket_names)
pulumi.export("url", service.url)
pulumi.export("vectorEndpoint", vectors.endpoint)
