"""The examples are planned by the real engine, judged by the policy packs, and their objects by a real API server."""

from pathlib import Path

import pytest

from apex.tags import REQUIRED
from sandbox.cluster import Cluster

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def components(planned):
    return sorted(
        {
            s["newState"]["type"].rpartition(":")[2]
            for s in planned.steps
            if ":index:" in s["urn"] and s["newState"]["type"].startswith("apex:")
        }
    )


def test_kafka_and_tiers(plan):
    planned = plan(EXAMPLES / "kafka_and_tiers", packs=["finops"])
    assert planned.status == 0, planned.said
    assert components(planned) == ["CostBudget", "KafkaCluster", "StorageTiers"]
    brokers = planned.of("aws:msk/cluster:Cluster")["cameras-dev-kafka-cluster"]["inputs"]
    assert brokers["brokerNodeGroupInfo"]["clientSubnets"] == ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    assert set(REQUIRED) < set(brokers["tags"])
    assert set(planned.of("aws:msk/topic:Topic")) == {"cameras-dev-kafka-topic-frames"}
    assert set(planned.of("aws:s3/bucket:Bucket")) == {
        f"cameras-dev-data-{tier}" for tier in ("curated", "logs", "raw")
    }


def test_gpu_inference_on_what_exists(plan, cluster):
    planned = plan(EXAMPLES / "gpu_inference", packs=["finops"], cluster=cluster)
    assert planned.status == 0, planned.said
    assert components(planned) == ["CostBudget", "GpuNodePool", "InferenceService", "TeamNamespace"]
    nodes = planned.of("aws:eks/nodeGroup:NodeGroup")["vision-gpu-nodes"]["inputs"]
    assert (nodes["clusterName"], nodes["scalingConfig"]["maxSize"]) == ("main", 2)
    server = planned.of("kubernetes:apps/v1:Deployment")["vision-captioner-deployment"]["inputs"]
    assert server["metadata"]["labels"]["cost-center"] == "cc-1001"
    assert set(planned.of("kubernetes:core/v1:Namespace")) == {"vision-namespace"}


def test_everything_passes_every_pack(plan, cluster):
    planned = plan(EXAMPLES / "everything", packs=["ai", "data", "finops", "security"], cluster=cluster)
    assert planned.status == 0, planned.said
    assert components(planned) == [
        "CostBudget",
        "GpuNodePool",
        "InferenceService",
        "KafkaCluster",
        "KubernetesCluster",
        "Network",
        "StorageTiers",
        "TeamNamespace",
        "VectorDatabase",
    ]
    assert {step["op"] for step in planned.steps} == {"create"}


def test_settings_are_the_example_s_own(plan):
    planned = plan(EXAMPLES / "kafka_and_tiers", settings={"kafka-and-tiers:clientCidrs": '["0.0.0.0/0"]'})
    assert planned.status != 0
    assert "client_cidrs" in planned.said
    assert not planned.of("aws:msk/cluster:Cluster")
