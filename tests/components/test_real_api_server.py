"""Every Kubernetes object of every variant, tried on a real API server under strict validation; nothing is kept."""

import json

import pytest

from components.cluster_addons import ClusterAddons
from components.gpu_node_pool import GpuNodePool
from components.inference_service import InferenceService
from components.kubernetes_cluster import KubernetesCluster
from components.team_namespace import TeamNamespace
from components.vector_database import VectorDatabase
from sandbox.cluster import Cluster
from sandbox.kubernetes.client import ClientError, connect

pytestmark = pytest.mark.cluster

NAMESPACE = "vision"
DIGEST = "registry.example.com/captioner@sha256:" + "a" * 64
PROMETHEUS = "http://prometheus.monitoring.svc:9090"
HOURS = {"start": "0 7 * * 1-5", "stop": "0 19 * * 1-5"}
METRICS = [{"name": "error_rate", "maximum": 0.01}, {"name": "latency_p95", "maximum": 0.2}]
RELEASE = {"metrics": METRICS, "prometheus_address": PROMETHEUS}
MODEL = {"s3_uri": "s3://models/captioner/1.tar.gz", "sha256": "b" * 64, "loader_image": DIGEST, "size_gib": 40}
KAFKA = {
    "signal": "kafka-lag",
    "bootstrap_servers": "b-1:9098",
    "topic": "frames",
    "consumer_group": "captioner",
    "region": "us-east-1",
}

SERVICES = {
    "plain": {},
    "on-cpu": {"gpus": 0, "min_available": 1, "node_selector": {"apex.io/node-pool": "system"}},
    "named": {
        "client_namespaces": ["web"],
        "allowed_networks": [{"cidr": "10.0.0.0/8", "ports": [9098]}],
        "env": {"REGIME": "gdpr"},
        "secret_env": {"API_KEY": "captioner/api-key"},
        "command": ["--verbose"],
        "pull_secrets": ["registry"],
        "priority_class": "serving",
        "service_monitor": True,
        "expected_cost_usd_per_hour": "1.006",
    },
    "canary": {"release": {**RELEASE, "strategy": "canary"}},
    "blue-green": {"release": {**RELEASE, "strategy": "blueGreen"}},
    "gpu-hours": {"scaling": {"signal": "gpu", "prometheus_address": PROMETHEUS, "hours": HOURS}},
    "cpu-hours": {"scaling": {"hours": HOURS}},
    "queue": {"scaling": {"signal": "queue", "queue_url": "https://sqs.example.com/q", "region": "us-east-1"}},
    "kafka-canary": {"scaling": KAFKA, "release": {**RELEASE, "strategy": "canary"}},
    "model": {"model": MODEL, "permissions": {"cluster_name": "main"}},
    "vllm": {"model": {"claim_name": "models"}, "vllm": {"served_model_name": "captioner"}},
}

RESERVED = {"capacity_type": "RESERVED", "reservation_id": "cr-0123456789abcdef0"}
KARPENTER = {"provisioner": "KARPENTER", "security_group_ids": ["sg-0123456789abcdef0"]}
POOLS = {
    "managed": {"instance_types": ["g5.xlarge"], "max_size": 2, "sharing": {"time_slices": 4}},
    "karpenter": {**KARPENTER, "instance_types": ["g5.xlarge"], "max_size": 2},
    "spot-base": {**KARPENTER, "need": {"model": "L4"}, "max_size": 4, "capacity_type": "SPOT", "on_demand_base": 1},
    "reserved": {**KARPENTER, **RESERVED, "instance_types": ["p5.48xlarge"], "max_size": 2, "efa": True},
    "mig": {**KARPENTER, "instance_types": ["p5.48xlarge"], "max_size": 2, "sharing": {"mig_profile": "1g.10gb"}},
    "budgets": {
        **KARPENTER,
        "instance_types": ["g5.xlarge"],
        "cost_limit_usd_per_hour": "5",
        "prices_usd_per_hour": {"g5.xlarge": "1.006"},
        "consolidate_underutilized": True,
        "consolidate_after": "1h",
        "disruption_budgets": [{"nodes": "0", "schedule": "0 8 * * 1-5", "duration_hours": 9}, {"nodes": "10%"}],
    },
}

SNAPSHOTS = {"bucket": "atlas-archive", "image": DIGEST, "cluster_name": "main"}
SECRETS = {"api_key_secret": "vectors-key", "tls_secret": "vectors-tls"}
QDRANT = {"namespace": NAMESPACE, "image": DIGEST, **SECRETS, "snapshots": SNAPSHOTS}
DATABASES = {
    "qdrant": {"engine": "qdrant", "qdrant": QDRANT},
    "qdrant-clients": {
        "engine": "qdrant",
        "qdrant": {
            **QDRANT,
            "client_namespaces": ["web"],
            "node_selector": {"apex.io/node-pool": "general"},
            "pull_secrets": ["registry"],
        },
        "client_cidrs": ["10.20.0.0/16"],
        "deletion_protection": True,
        "standby_replicas": False,
    },
    "aurora-migration": {
        "engine": "auroraPostgresql",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "migration": {"namespace": NAMESPACE, "cluster_name": "main", "image": DIGEST, "pull_secrets": ["registry"]},
    },
}


@pytest.fixture(scope="module")
def api_server(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    try:
        client = connect(cluster.kubeconfig)
        for name in (NAMESPACE, "monitoring"):
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            client.apply(f"/api/v1/namespaces/{name}", json.dumps(namespace).encode(), manager="tests")
        yield client
    finally:
        cluster.stop()


@pytest.fixture
def submit(api_server):
    def try_all(recording):
        """Dry-run every object; the kinds that were taken. Helm releases are no objects of the server's."""
        taken = []
        for each in recording.resources:
            if not each.type.startswith("kubernetes:") or each.type == "kubernetes:helm.sh/v3:Release":
                continue
            manifest = dict(each.inputs)
            kind = api_server.find_kind(manifest["apiVersion"], manifest["kind"])
            assert kind is not None, f"{each.type} is not served"
            metadata = manifest["metadata"]
            path = kind.path(metadata.get("namespace", ""), metadata["name"])
            api_server.apply(path, json.dumps(manifest).encode(), manager="tests", dry_run=True)
            taken.append(manifest["kind"])
        return sorted(taken)

    return try_all


@pytest.mark.parametrize("variant", SERVICES)
def test_the_server_takes_every_service(provision, cost_tags, submit, variant):
    base = {"tags": cost_tags, "namespace": NAMESPACE, "image": DIGEST, "cpu": "2", "memory": "8Gi", "gpus": 1}
    args = {**base, "min_replicas": 2, "max_replicas": 4, **SERVICES[variant]}
    taken = submit(provision(lambda: InferenceService("captioner", args)))
    assert {"NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount"} <= set(taken)
    assert {"Deployment", "Rollout"} & set(taken)
    assert {"HorizontalPodAutoscaler", "ScaledObject"} & set(taken)


@pytest.mark.parametrize("variant", POOLS)
def test_the_server_takes_every_pool(provision, cost_tags, submit, variant):
    base = {"tags": cost_tags, "cluster_name": "main", "node_role_arn": "arn:aws:iam::123456789012:role/nodes"}
    args = {**base, "subnet_ids": ["subnet-0123456789abcdef0"], **POOLS[variant]}
    taken = submit(provision(lambda: GpuNodePool("vision", args)))
    assert "ConfigMap" in taken
    assert ("EC2NodeClass" in taken and "NodePool" in taken) == (args.get("provisioner") == "KARPENTER")


@pytest.mark.parametrize("variant", DATABASES)
def test_the_server_takes_every_vector_database(provision, cost_tags, submit, variant):
    taken = submit(
        provision(lambda: VectorDatabase("vectors", {"tags": cost_tags, "dimensions": 768, **DATABASES[variant]}))
    )
    if variant == "aurora-migration":
        assert taken == ["ConfigMap", "Job", "NetworkPolicy", "ServiceAccount"]
    else:
        assert {"CronJob", "PodDisruptionBudget", "StatefulSet", "StorageClass"} < set(taken)


def test_the_server_takes_the_addons_own_objects(provision, cost_tags, submit):
    addons = {"tags": cost_tags, "cluster_name": "main", "addons": ["argoRollouts", "keda", "prometheus"]}
    assert submit(provision(lambda: ClusterAddons("main", addons))) == [
        "Namespace",
        "Namespace",
        "Namespace",
        "Service",
    ]


def test_the_server_takes_a_team_s_namespace(provision, cost_tags, submit):
    args = {"tags": cost_tags, "namespace": NAMESPACE, "cpu": "64", "memory": "256Gi", "gpus": 4}
    groups = {"developer_groups": ["developers"], "viewer_groups": ["auditors"]}
    taken = submit(provision(lambda: TeamNamespace("vision", {**args, **groups})))
    assert taken == [
        "LimitRange",
        "Namespace",
        "NetworkPolicy",
        "NetworkPolicy",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "RoleBinding",
    ]


def test_the_server_takes_the_storage_class(provision, cost_tags, submit):
    args = {
        "tags": cost_tags,
        "version": "1.35",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "system_instance_types": ["m6i.large"],
        "system_min_size": 2,
        "system_max_size": 4,
    }
    assert submit(provision(lambda: KubernetesCluster("main", args))) == ["StorageClass"]


def test_the_server_refuses_what_is_wrong(provision, cost_tags, submit):
    """The proof that the other tests can fail: one misspelt field is enough."""
    base = {"tags": cost_tags, "namespace": NAMESPACE, "image": DIGEST, "cpu": "2", "memory": "8Gi"}
    recording = provision(lambda: InferenceService("captioner", {**base, "min_replicas": 2, "max_replicas": 4}))
    recording.one("captioner-pdb").inputs["spec"]["minimumAvailable"] = 1
    with pytest.raises(ClientError, match="minimumAvailable"):
        submit(recording)
