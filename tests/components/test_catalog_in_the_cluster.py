"""The catalog's models and workloads of both environments, deployed to a real API server and read back."""

import json
from pathlib import Path

import pytest

from apex.settings import read_settings
from apex.specs import load_catalog
from components.model_service import ModelService
from components.workload_manifest import WorkloadManifest
from sandbox.cluster import Cluster
from sandbox.kubernetes.client import connect
from stack.declared_models import models
from stack.declared_workloads import workloads
from stack.environment import Environment

pytestmark = pytest.mark.cluster

REPOSITORY = Path(__file__).resolve().parents[2]


class Space:
    """A namespace that exists."""

    def __init__(self, namespace):
        self.namespace = namespace


@pytest.fixture(scope="module")
def api_server(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    try:
        yield connect(cluster.kubeconfig)
    finally:
        cluster.stop()


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_object_is_there_with_who_pays(provision, api_server, name):
    file = REPOSITORY / f"Pulumi.{name}.yaml"
    environment = Environment(name, "us-east-1", read_settings(file), file)
    catalog = load_catalog(REPOSITORY / "catalog", name)
    # Both environments are tried on one server, as if each had its own.
    spaces = {team: Space(f"{name}-{team}") for team in catalog.ownership.namespaces}
    for space in spaces.values():
        put(api_server, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space.namespace}})

    kinds = set()
    for model, args in models(environment, catalog, spaces):
        if "@" not in args["service"]["image"]:
            args["service"]["image"] += "@sha256:" + "a" * 64
        made = provision(lambda model=model, args=args: ModelService(f"{name}-{model}", args))
        kinds |= put_all(api_server, made, args["service"]["tags"])
    for workload, args in workloads(environment, catalog, spaces):
        made = provision(lambda workload=workload, args=args: WorkloadManifest(f"{name}-{workload}", args))
        kinds |= put_all(api_server, made, args["tags"])
    assert kinds >= {
        "AnalysisTemplate", "ConfigMap", "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy",
        "PodDisruptionBudget", "Rollout", "ScaledObject", "Service", "ServiceAccount", "ServiceMonitor",
    }  # fmt: skip


def put_all(client, recording, tags):
    """Deploy every Kubernetes object of a recording and read it back; the kinds there are."""
    kinds = set()
    for each in recording.resources:
        if each.type.startswith("kubernetes:"):
            path = put(client, dict(each.inputs))
            found = client.get(path)
            assert found["metadata"]["labels"]["cost-center"] == tags["cost-center"], path
            kinds.add(found["kind"])
    return kinds


def put(client, manifest):
    kind = client.find_kind(manifest["apiVersion"], manifest["kind"])
    assert kind is not None, f"{manifest['kind']} is not served"
    metadata = manifest["metadata"]
    path = kind.path(metadata.get("namespace", ""), metadata["name"])
    client.apply(path, json.dumps(manifest).encode(), manager="tests")
    return path
