"""No child of a component changes its name or its parent: what is deployed under them would be replaced."""

from pathlib import Path

import pytest
import yaml

from components.cluster_addons import ClusterAddons
from components.cost_budget import CostBudget
from components.gpu_node_pool import GpuNodePool
from components.inference_service import InferenceService
from components.kafka_cluster import KafkaCluster
from components.kubernetes_cluster import KubernetesCluster
from components.network import Network
from components.storage_tiers import StorageTiers
from components.team_namespace import TeamNamespace
from components.vector_database import VectorDatabase

GOLDEN = Path(__file__).with_name("children.yaml")
"""The children of each variant, as `parent > type name`. A line that is gone is a resource that gets replaced: give the
renamed child an alias, and only then change the line."""

IMAGE = "registry.example.com/server@sha256:" + "a" * 64
ROLE = "arn:aws:iam::123456789012:role/vision"
PLACE = {"vpc_id": "vpc-1", "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"]}
MEASURED = {
    "metrics": [{"name": "error_rate", "maximum": 0.01}],
    "prometheus_address": "http://prometheus.monitoring.svc:9090",
}
HOURS = {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"}
SERVICE = {"namespace": "vision", "image": IMAGE, "cpu": "2", "memory": "8Gi", "min_replicas": 2, "max_replicas": 4}
POOL = {"cluster_name": "main", "node_role_arn": ROLE, "subnet_ids": ["subnet-a"], "max_size": 4}
CLUSTER = {"version": "1.35", "subnet_ids": ["subnet-a", "subnet-b"], "system_min_size": 2, "system_max_size": 4}
KARPENTER = {"provisioner": "KARPENTER", "security_group_ids": ["sg-1"]}
LOADED = {"s3_uri": "s3://models/m/1.tar.gz", "sha256": "b" * 64, "loader_image": IMAGE, "size_gib": 40}
QUEUE = {"signal": "queue", "queue_url": "https://sqs.example.com/q", "region": "us-east-1"}
QDRANT = {
    "namespace": "vision",
    "image": IMAGE,
    "api_key_secret": "key",
    "tls_secret": "tls",
    "snapshots": {"bucket": "atlas-archive", "image": IMAGE, "cluster_name": "main"},
}
KAFKA = {
    "topics": [{"name": "frames", "partitions": 3}],
    "principals": [{"name": "camera", "produce": ["frames"], "role_name": "camera"}],
}
EVENTS = '{"type": "record", "name": "E", "fields": [{"name": "id", "type": "string"}]}'
SCHEMAS = [{"name": "frames", "format": "AVRO", "definition": EVENTS}]

VARIANTS = {
    "network": (Network, {"cidr": "10.20.0.0/16"}),
    "network, three zones, a gateway in each": (Network, {"cidr": "10.20.0.0/16", "zone_count": 3, "nat": "perZone"}),
    "network without internet": (Network, {"cidr": "10.20.0.0/16", "nat": "none"}),
    "network with central egress": (Network, {"cidr": "10.20.0.0/16", "nat": "central", "transit_gateway_id": "tgw-1"}),
    "kafka, standard": (KafkaCluster, {**PLACE, **KAFKA, "schemas": SCHEMAS, "max_volume_size_gib": 500}),
    "kafka, express": (KafkaCluster, {**PLACE, **KAFKA, "kind": "express", "prometheus": True}),
    "kafka, serverless": (KafkaCluster, {**PLACE, "kind": "serverless", "client_cidrs": ["10.0.0.0/16"]}),
    "kafka with passwords": (
        KafkaCluster,
        {
            **PLACE,
            "authentication": ["iam", "scram"],
            "scram_secret_arns": ["arn:aws:secretsmanager:::secret:AmazonMSK_a"],
        },
    ),
    "tiers": (StorageTiers, {}),
    "a tier with everything": (
        StorageTiers,
        {
            "allowed_regions": ["us-west-2"],
            "tiers": [
                {
                    "name": "raw",
                    "events": True,
                    "inventory": True,
                    "object_lock": {"retention_days": 30, "legal_hold_role_arns": [ROLE]},
                    "replicate_to_region": "us-west-2",
                    "access_points": [{"name": "frames", "prefix": "frames/", "reader_role_arns": [ROLE]}],
                    "data_classes": [{"name": "frames"}],
                }
            ],
        },
    ),
    "vectors, OpenSearch": (VectorDatabase, {**PLACE, "dimensions": 768, "writer_role_arns": [ROLE]}),
    "vectors, Aurora": (
        VectorDatabase,
        {
            **PLACE,
            "dimensions": 768,
            "engine": "auroraPostgresql",
            "client_security_group_ids": ["sg-1"],
            "migration": {"namespace": "vision", "cluster_name": "main", "image": IMAGE},
        },
    ),
    "vectors, Qdrant": (VectorDatabase, {"dimensions": 768, "engine": "qdrant", "qdrant": QDRANT}),
    "pool, managed, spot with a base": (
        GpuNodePool,
        {
            **POOL,
            "instance_types": ["g5.xlarge"],
            "capacity_type": "SPOT",
            "on_demand_base": 1,
            "office_hours": HOURS,
        },
    ),
    "pool with adapters": (
        GpuNodePool,
        {**POOL, "instance_types": ["p5.48xlarge"], "efa": True, "security_group_ids": ["sg-1"]},
    ),
    "pool, Karpenter": (
        GpuNodePool,
        {**POOL, **KARPENTER, "instance_types": ["g5.xlarge"], "capacity_type": "SPOT", "on_demand_base": 1},
    ),
    "cluster": (
        KubernetesCluster,
        {
            **CLUSTER,
            "system_instance_types": ["m6i.large"],
            "access": [{"name": "ops", "principal_arn": ROLE, "permission": "AmazonEKSAdminPolicy"}],
        },
    ),
    "addons": (
        ClusterAddons,
        {
            "cluster_name": "main",
            "addons": ["argoRollouts", "clusterAutoscaler", "dcgmExporter", "karpenter", "keda", "prometheus"],
            "node_role_arn": ROLE,
            "scaled_queue_arns": ["arn:aws:sqs:us-east-1:123456789012:frames"],
        },
    ),
    "service, rolling": (InferenceService, SERVICE),
    "service, canary, by a queue": (
        InferenceService,
        {**SERVICE, "release": {"strategy": "canary", **MEASURED}, "scaling": QUEUE, "service_monitor": True},
    ),
    "service, blue-green, with a model": (
        InferenceService,
        {
            **SERVICE,
            "release": {"strategy": "blueGreen", **MEASURED},
            "model": LOADED,
            "permissions": {"cluster_name": "main"},
            "scaling": {"hours": HOURS},
        },
    ),
    "namespace": (
        TeamNamespace,
        {"cpu": "64", "memory": "256Gi", "developer_groups": ["vision"], "viewer_groups": ["audit"]},
    ),
    "budget": (CostBudget, {"amount": "100", "emails": ["finops@example.com"]}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_children_keep_their_names_and_parents(provision, cost_tags, variant):
    component, args = VARIANTS[variant]
    made = provision(lambda: component("main", {"tags": cost_tags, **args}))
    known = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))
    assert sorted(made.tree()) == known[variant]


def test_no_variant_is_forgotten():
    assert list(yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))) == sorted(VARIANTS)
