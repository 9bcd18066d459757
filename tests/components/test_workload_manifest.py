import copy

import pytest

from components.workload_manifest import WorkloadManifest

TEMPLATE = {
    "metadata": {"labels": {"app": "translator"}},
    "spec": {
        "containers": [
            {
                "name": "translator",
                "image": "registry.example.com/translator:4.2.0",
                "ports": [{"name": "http", "containerPort": 8080}, {"containerPort": 5005, "protocol": "UDP"}],
            }
        ]
    },
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "translator", "labels": {"app": "translator", "team": "someone-else"}},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "translator"}}, "template": TEMPLATE},
}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "translator"},
    "spec": {"selector": {"app": "translator"}, "ports": [{"port": 80, "targetPort": "http"}]},
}


@pytest.fixture
def args(cost_tags):
    return {"tags": cost_tags, "namespace": "language", "manifests": copy.deepcopy([DEPLOYMENT, SERVICE])}


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    assert sorted(provision(lambda: WorkloadManifest("dev-translator", args)).tree()) == [
        "apex-dev > apex:index:WorkloadManifest dev-translator",
        "dev-translator > kubernetes:apps/v1:Deployment dev-translator-deployment",
        "dev-translator > kubernetes:core/v1:Service dev-translator-service",
        "dev-translator > kubernetes:networking.k8s.io/v1:NetworkPolicy dev-translator-deployment-allow",
        "dev-translator > kubernetes:networking.k8s.io/v1:NetworkPolicy dev-translator-deployment-deny",
    ]


def test_an_object_is_deployed_as_it_is_written_with_labels_added(provision, args, cost_tags):
    made = provision(lambda: WorkloadManifest("translator", args)).one("translator-deployment").inputs
    labels = {**cost_tags, "managed-by": "apex"}
    assert made["metadata"] == {
        "name": "translator",
        "namespace": "language",
        "labels": {"app": "translator", **labels},
    }
    assert made["spec"] == {
        **DEPLOYMENT["spec"],
        "template": {**TEMPLATE, "metadata": {"labels": {"app": "translator", **labels}}},
    }


def test_what_the_caller_handed_over_is_not_changed(provision, args):
    provision(lambda: WorkloadManifest("translator", args))
    assert args["manifests"] == [DEPLOYMENT, SERVICE]


def test_only_the_own_namespace_reaches_the_ports_and_pods_reach_only_names(provision, args):
    recording = provision(lambda: WorkloadManifest("translator", args))
    deny = recording.one("translator-deployment-deny").inputs["spec"]
    allow = recording.one("translator-deployment-allow").inputs["spec"]
    assert (deny["ingress"], deny["egress"], deny["policyTypes"]) == ([], [], ["Ingress", "Egress"])
    assert allow["podSelector"] == deny["podSelector"] == {"matchLabels": {"app": "translator"}}
    assert allow["ingress"] == [
        {
            "from": [{"podSelector": {}}],
            "ports": [{"protocol": "TCP", "port": 8080}, {"protocol": "UDP", "port": 5005}],
        }
    ]
    assert [port["port"] for rule in allow["egress"] for port in rule["ports"]] == [53, 53]


def test_pods_without_ports_let_nobody_in(provision, args):
    del args["manifests"][0]["spec"]["template"]["spec"]["containers"][0]["ports"]
    recording = provision(lambda: WorkloadManifest("translator", args))
    assert recording.one("translator-deployment-allow").inputs["spec"]["ingress"] == []


def test_the_pods_of_a_cron_job_are_labelled_and_walled_off(provision, args, cost_tags):
    job = {"metadata": {"labels": {"own": "yes"}}, "spec": {"template": copy.deepcopy(TEMPLATE)}}
    args["manifests"] = [
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": "nightly"},
            "spec": {"schedule": "0 3 * * *", "jobTemplate": job},
        }
    ]
    recording = provision(lambda: WorkloadManifest("nightly", args))
    spec = recording.one("nightly-cronjob").inputs["spec"]
    for labels in (
        spec["jobTemplate"]["metadata"]["labels"],
        spec["jobTemplate"]["spec"]["template"]["metadata"]["labels"],
    ):
        assert cost_tags.items() <= labels.items()
    assert spec["jobTemplate"]["metadata"]["labels"]["own"] == "yes"
    assert recording.one("nightly-cronjob-deny").inputs["spec"]["podSelector"] == {"matchLabels": {"app": "translator"}}


def test_claims_of_a_stateful_set_carry_no_label_that_changes_with_commits(provision, args, cost_tags):
    args["tags"] = {**cost_tags, "git-commit": "4f0c2e7"}
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    args["manifests"] = [
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "cache"},
            "spec": {
                "selector": {"matchLabels": {"app": "cache"}},
                "template": {"metadata": {"labels": {"app": "cache"}}, "spec": {"containers": []}},
                "volumeClaimTemplates": [claim],
            },
        }
    ]
    spec = provision(lambda: WorkloadManifest("cache", args)).one("cache-statefulset").inputs["spec"]
    assert spec["volumeClaimTemplates"] == [{**claim, "metadata": {"name": "data", "labels": cost_tags}}]
    assert spec["template"]["metadata"]["labels"]["git-commit"] == "4f0c2e7"


def test_an_object_of_the_whole_cluster_needs_no_namespace(provision, cost_tags):
    manifest = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "serving"},
        "value": 1000,
        "globalDefault": False,
    }
    made = provision(lambda: WorkloadManifest("serving", {"tags": cost_tags, "manifests": [manifest]}))
    inputs = made.one("serving-priorityclass").inputs
    assert (inputs["value"], inputs["globalDefault"]) == (1000, False)
    assert inputs["metadata"] == {"name": "serving", "labels": {**cost_tags, "managed-by": "apex"}}
    assert made.value.object_names == ["PriorityClass/serving"]


def test_what_a_secret_holds_is_kept_from_states_and_reports(provision, args):
    args["manifests"] = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token"}, "stringData": {"token": "hunter2"}}
    ]
    recording = provision(lambda: WorkloadManifest("token", args))
    assert "hunter2" not in repr(recording.one("token-secret").inputs)
    assert recording.one("apex:index:WorkloadManifest").inputs == {"tags": args["tags"]}


def test_refusals_name_the_value_and_the_fix(refused, args):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": {"containers": []}}
    args["manifests"] += [
        {"apiVersion": "apps/v9", "kind": "Deployment", "metadata": {"name": "old"}},
        SERVICE,
        pod,
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}},
    ]
    del args["namespace"]
    assert refused(lambda: WorkloadManifest("translator", args)) == [
        'translator.manifests[2]: no kind "Deployment" is known in "apps/v9"; write such as apps/v1 and Deployment',
        "translator.manifests[3]: is the second Service; give each its own component",
        "translator.manifests[4]: has pods without labels, which no NetworkPolicy can select; label the Pod's pods",
        "translator.manifests[5].metadata.name: is missing; every object has a name",
        "translator.namespace: is missing; a Deployment lives in one, name it",
    ]
    assert refused(lambda: WorkloadManifest("none", {"tags": args["tags"], "manifests": []})) == [
        "none.manifests: is empty; name at least one object"
    ]
