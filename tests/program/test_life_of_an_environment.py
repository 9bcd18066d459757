"""An environment from its first preview to its last resource, on the real engine and a real Kubernetes API server."""

import json
import os
import signal
import sys
import time

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

OBJECTS = """
import json, kubernetes
kubernetes.config.load_kube_config()
apps, core = kubernetes.client.AppsV1Api(), kubernetes.client.CoreV1Api()
print("OBJECTS", json.dumps({
    "deployments": {
        each.metadata.name: each.metadata.labels for each in apps.list_deployment_for_all_namespaces().items
    },
    "namespaces": [each.metadata.name for each in core.list_namespace().items],
    "services": [each.metadata.name for each in core.list_service_for_all_namespaces().items],
}))
"""


@pytest.fixture(scope="module")
def checkout(copy_checkout):
    return copy_checkout()


def resources_so_far(checkout):
    """How many there are; none while the engine is writing its state."""
    try:
        return len(checkout.state())
    except json.JSONDecodeError:
        return 0


def operations(checkout, environment="dev"):
    return {step["op"] for step in checkout.plan(environment)}


def test_two_environments_are_planned_at_once(checkout):
    runs = {name: checkout.start("preview", name) for name in ("dev", "prod")}
    for name, run in runs.items():
        output, _ = run.communicate(timeout=420)
        assert run.returncode == 0, output
        assert f"{name} is allowed by ai, data, finops, security" in output
    for name, zones in (("dev", 2), ("prod", 3)):
        assert operations(checkout, name) == {"create"}
        found = {
            step["newState"]["inputs"]["availabilityZone"]
            for step in checkout.plan(name)
            if step["newState"]["type"] == "aws:ec2/subnet:Subnet"
        }
        assert len(found) == zones
        types = {step["newState"]["type"] for step in checkout.plan(name)}
        assert {kind.removeprefix("apex:index:") for kind in types if kind.startswith("apex:index:")} >= {
            "CostBudget",
            "GpuNodePool",
            "InferenceService",
            "KafkaCluster",
            "KubernetesCluster",
            "Network",
            "StorageTiers",
            "VectorDatabase",
        }


def test_killed_deployment_is_taken_up_by_the_next_one(checkout):
    run = checkout.start("up")
    deadline = time.monotonic() + 300
    while resources_so_far(checkout) < 20 and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    assert run.poll() is None, run.communicate()[0]
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    made = {each["urn"] for each in checkout.state()}
    assert made

    done = checkout.run("up")
    assert done.status == 0, done.output
    assert made < {each["urn"] for each in checkout.state()}


def test_objects_are_in_the_api_server(checkout):
    done = checkout.run("run", "dev", "--", sys.executable, "-c", OBJECTS)
    assert done.status == 0, done.output
    line = next(line for line in done.output.splitlines() if line.startswith("OBJECTS "))
    found = json.loads(line.removeprefix("OBJECTS "))
    planned = [each for each in checkout.state() if each["type"] == "kubernetes:apps/v1:Deployment"]
    assert planned
    assert set(found["deployments"]) == {each["inputs"]["metadata"]["name"] for each in planned}
    assert found["deployments"]["translator"]["cost-center"] == "cc-1004"
    assert {"language", "platform", "sensing", "speech", "vision"} <= set(found["namespaces"])
    assert "translator" in found["services"]


def test_nothing_changes_then_one_setting_then_nothing_is_left(checkout):
    again = checkout.run("up")
    assert again.status == 0, again.output
    assert "unchanged" in again.output
    assert "created" not in again.output

    checkout.edit("Pulumi.dev.yaml", "rawRetentionDays: 90", "rawRetentionDays: 60")
    changed = checkout.run("preview")
    assert changed.status == 0, changed.output
    different = {step["newState"]["type"] for step in checkout.plan() if step["op"] != "same"}
    assert {kind for kind in different if not kind.startswith("apex:")} == {
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    }

    gone = checkout.run("destroy")
    assert gone.status == 0, gone.output
    assert checkout.state() == []
