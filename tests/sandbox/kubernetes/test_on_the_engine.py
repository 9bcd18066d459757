"""The Kubernetes provider on the real engine and a real API server."""

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

PROGRAM = """
import pulumi
import pulumi_kubernetes as kubernetes

space = kubernetes.core.v1.Namespace("vision", metadata={"name": "vision"})
kubernetes.core.v1.ConfigMap("settings", metadata={"namespace": "vision"}, data={"level": "1"},
                             opts=pulumi.ResourceOptions(depends_on=[space]))
kubernetes.core.v1.Secret("key", metadata={"namespace": space.metadata.name},
                          string_data={"key": pulumi.Output.secret("hunter2")})
kubernetes.apps.v1.Deployment("web", metadata={"namespace": space.metadata.name, "name": "web"}, spec={
    "replicas": 2,
    "selector": {"matchLabels": {"app": "web"}},
    "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}},
})
kubernetes.apiextensions.CustomResource("monitor", api_version="monitoring.coreos.com/v1", kind="ServiceMonitor",
    metadata={"namespace": space.metadata.name}, spec={"selector": {}, "endpoints": [{"port": "http"}]})
kubernetes.apiextensions.CustomResource("model", api_version="serving.kserve.io/v1beta1", kind="InferenceService",
    metadata={"namespace": "vision", "name": "model"}, spec={})
"""


@pytest.fixture(scope="module")
def scratch(make_scratch):
    scratch = make_scratch()
    scratch.write(PROGRAM)
    return scratch


@pytest.fixture(scope="module")
def deployed(scratch):
    done = scratch.pulumi("up")
    assert done.status == 0, done.output
    return scratch


def operations(plan):
    return {name: step["op"] for name, step in plan.items() if step["op"] != "same"}


def test_preview_knows_names_and_leaves_the_servers_values_unknown(make_scratch):
    scratch = make_scratch()
    scratch.write(PROGRAM)
    state = scratch.plan()["settings"]["newState"]
    name = state["inputs"]["metadata"]["name"]
    stem, _, suffix = name.rpartition("-")
    assert stem == "settings"
    assert len(suffix) == 8 and int(suffix, 16) >= 0
    assert "uid" not in str(state["inputs"])


def test_objects_are_on_the_server_after_up(deployed):
    found = deployed.objects("/apis/apps/v1/namespaces/vision/deployments/web")
    assert found["spec"]["replicas"] == 2
    assert found["metadata"]["managedFields"][0]["manager"] == "pulumi-kubernetes"
    assert len(deployed.objects("/apis/monitoring.coreos.com/v1/namespaces/vision/servicemonitors")["items"]) == 1


def test_second_up_changes_nothing(deployed):
    done = deployed.pulumi("up")
    assert done.status == 0, done.output
    assert "7 unchanged" in done.output
    assert operations(deployed.plan()) == {}


def test_refresh_of_what_nobody_touched_finds_nothing(deployed):
    done = deployed.pulumi("refresh")
    assert done.status == 0, done.output
    assert "7 unchanged" in done.output
    assert operations(deployed.plan()) == {}


def test_secret_is_not_in_the_state_in_the_open(deployed):
    state = next((deployed.root / ".apex" / "state").rglob("stacks/**/dev.json")).read_text()
    assert "hunter2" not in state
    assert "aHVudGVyMg" not in state


def test_what_is_not_at_hand_is_told(deployed):
    done = deployed.pulumi(
        "preview",
        "--target-replace",
        "urn:pulumi:dev::apex::kubernetes:serving.kserve.io/v1beta1:InferenceService::model",
    )
    assert (
        "not validated: serving.kserve.io/v1beta1 InferenceService model: its definition is not at hand" in done.output
    )


def test_change_in_place_and_replacement(deployed):
    deployed.write(PROGRAM.replace('"replicas": 2', '"replicas": 3'))
    plan = deployed.plan()
    assert operations(plan) == {"web": "update"}
    deployed.write(PROGRAM.replace('{"app": "web"}', '{"app": "site"}'))
    assert operations(deployed.plan()).keys() == {"web"}
    assert "replace" in operations(deployed.plan())["web"] or operations(deployed.plan())["web"].startswith("create")
    done = deployed.pulumi("up")
    assert done.status == 0, done.output
    found = deployed.objects("/apis/apps/v1/namespaces/vision/deployments/web")
    assert found["spec"]["selector"]["matchLabels"] == {"app": "site"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"replicas": 2', '"replicaz": 2', "replicaz"),
        ('"replicas": 2', '"replicas": -1', "must be greater than or equal to 0"),
        ('"labels": {"app": "web"}', '"labels": {"app": "other"}', "does not match template"),
        ('"endpoints": [{"port": "http"}]', '"endpoints": 7', "endpoints"),
        ('kind="ServiceMonitor"', 'kind="ServiceMonitr"', "no kind ServiceMonitr"),
    ],
)
def test_preview_refuses_what_the_server_refuses(fresh, old, new, reason):
    assert old in PROGRAM
    fresh.write(PROGRAM.replace(old, new))
    done = fresh.pulumi("preview")
    assert done.status != 0
    assert reason in done.output


@pytest.fixture(scope="module")
def fresh(make_scratch):
    return make_scratch()


def test_destroy_leaves_nothing(deployed):
    done = deployed.pulumi("destroy")
    assert done.status == 0, done.output
    names = [item["metadata"]["name"] for item in deployed.objects("/api/v1/namespaces")["items"]]
    assert "vision" not in names
    assert deployed.objects("/apis/apps/v1/deployments")["items"] == []
    assert [item["metadata"]["name"] for item in deployed.objects("/api/v1/secrets")["items"]] == []
