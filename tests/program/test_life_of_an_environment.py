"""An environment from its first preview to its last resource, on the real engine and a real Kubernetes API server."""

import json

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.cluster, pytest.mark.xdist_group("life")]


@pytest.fixture(scope="module")
def checkout(copy_checkout):
    return copy_checkout()


def operations(checkout, environment="dev"):
    return {step["op"] for step in checkout.plan(environment)}


def test_preview_plans_every_component(checkout):
    done = checkout.run("preview")
    assert done.status == 0, done.output
    assert operations(checkout) == {"create"}
    types = {step["newState"]["type"] for step in checkout.plan()}
    components = {kind.removeprefix("apex:index:") for kind in types if kind.startswith("apex:index:")}
    assert components >= {
        "CostBudget",
        "GpuNodePool",
        "InferenceService",
        "KafkaCluster",
        "KubernetesCluster",
        "Network",
        "StorageTiers",
        "VectorDatabase",
    }


def test_prod_is_planned_over_three_zones(checkout):
    done = checkout.run("preview", "prod")
    assert done.status == 0, done.output
    zones = {
        step["newState"]["inputs"]["availabilityZone"]
        for step in checkout.plan("prod")
        if step["newState"]["type"] == "aws:ec2/subnet:Subnet"
    }
    assert len(zones) == 3


def test_up_then_nothing_changes_then_one_setting_then_destroy(checkout):
    first = checkout.run("up")
    assert first.status == 0, first.output

    again = checkout.run("up")
    assert again.status == 0, again.output
    checkout.run("preview")
    assert operations(checkout) == {"same"}

    checkout.edit("Pulumi.dev.yaml", "rawRetentionDays: 90", "rawRetentionDays: 60")
    changed = checkout.run("preview")
    assert changed.status == 0, changed.output
    assert {step["newState"]["type"] for step in checkout.plan() if step["op"] != "same"} == {
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    }

    gone = checkout.run("destroy")
    assert gone.status == 0, gone.output
    states = list((checkout.root / ".apex" / "state").rglob("stacks/**/dev.json"))
    assert len(states) == 1
    assert not json.loads(states[0].read_text())["checkpoint"]["latest"].get("resources")
