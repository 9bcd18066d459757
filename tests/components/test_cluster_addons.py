"""ClusterAddons: pinned charts on the system nodes, labelled pods, roles with what each controller needs and no more."""

# ruff: noqa: E501 - a message is easier to check whole

import json

import pytest

from apex.plan import UNKNOWN
from components.addon_charts import CHARTS, ClusterAddon
from components.cluster_addons import ClusterAddons

NODES = "arn:aws:iam::123456789012:role/nodes"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:frames"
TOPIC = "arn:aws:kafka:us-east-1:123456789012:topic/events/8f1c/frames"
ALL = [addon.value for addon in ClusterAddon]
EVERYTHING = {
    "addons": ALL,
    "node_role_arn": NODES,
    "scaled_queue_arns": [QUEUE],
    "scaled_topic_arns": [TOPIC],
    "prometheus_volume_size_gib": 20,
}


def make(tags, **args):
    return lambda: ClusterAddons("main", {"tags": tags, "cluster_name": "main", "addons": ["argoRollouts"], **args})


def names(made):
    return [f"{r.type.split(':')[-1]} {r.name}" for r in made.resources if r.custom]


def test_names_and_parents_of_everything_are_a_contract_with_existing_stacks(provision, cost_tags):
    made = provision(make(cost_tags, **EVERYTHING))
    assert {r.parent_name for r in made.resources if r.custom} == {"main"}
    assert sorted(names(made)) == [
        "EventRule main-interruption-health",
        "EventRule main-interruption-rebalance",
        "EventRule main-interruption-spot",
        "EventRule main-interruption-state",
        "EventTarget main-interruption-health",
        "EventTarget main-interruption-rebalance",
        "EventTarget main-interruption-spot",
        "EventTarget main-interruption-state",
        "Namespace main-argo-rollouts-namespace",
        "Namespace main-keda-namespace",
        "Namespace main-monitoring-namespace",
        "PodIdentityAssociation main-cluster-autoscaler-identity",
        "PodIdentityAssociation main-karpenter-identity",
        "PodIdentityAssociation main-keda-identity",
        "Queue main-interruptions",
        "QueuePolicy main-interruptions",
        "Release main-argo-rollouts",
        "Release main-cluster-autoscaler",
        "Release main-dcgm-exporter",
        "Release main-karpenter",
        "Release main-keda",
        "Release main-prometheus",
        "Role main-cluster-autoscaler-role",
        "Role main-karpenter-role",
        "Role main-keda-role",
        "RolePolicy main-cluster-autoscaler-policy",
        "RolePolicy main-karpenter-policy",
        "RolePolicy main-keda-policy",
        "Service main-prometheus-service",
    ]
    assert made.untagged(cost_tags) == []


def test_one_addon_brings_nothing_of_the_others(provision, cost_tags):
    made = provision(make(cost_tags))
    assert names(made) == ["Namespace main-argo-rollouts-namespace", "Release main-argo-rollouts"]
    assert (made.outputs["prometheus_address"], made.outputs["role_arns"]) == ("", {})
    assert made.outputs["interruption_queue_name"] == ""


@pytest.mark.parametrize("addon", list(ClusterAddon))
def test_every_chart_is_pinned_labelled_and_taken_back_when_it_fails(provision, cost_tags, addon):
    made = provision(make(cost_tags, **EVERYTHING))
    kebab = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in addon.value)
    release = made.one(f"main-{kebab}").inputs
    assert release["version"] == CHARTS[addon].version
    assert all(part.isdigit() for part in release["version"].split("."))
    assert release["atomic"]
    labels = {"team": "ml-platform", "cost-center": "cc-100"}.items()
    assert _holds(release["values"], labels)
    assert release.get("repositoryOpts", {}).get("repo", "").startswith("https://") or release["chart"].startswith(
        "oci://"
    )


def _holds(value, labels):
    if not isinstance(value, dict):
        return False
    return labels <= {key: str(item) for key, item in value.items()}.items() or any(
        _holds(item, labels) for item in value.values()
    )


def test_controllers_run_twice_on_the_system_nodes(provision, cost_tags):
    made = provision(make(cost_tags, **EVERYTHING))
    karpenter, rollouts = made.one("main-karpenter").inputs["values"], made.one("main-argo-rollouts").inputs["values"]
    assert (karpenter["replicas"], rollouts["controller"]["replicas"]) == (2, 2)
    for placed in (karpenter, rollouts["controller"], made.one("main-cluster-autoscaler").inputs["values"]):
        assert placed["nodeSelector"] == {"apex.io/node-pool": "system"}
        assert placed["tolerations"] == [{"key": "CriticalAddonsOnly", "operator": "Exists"}]
    assert karpenter["settings"]["clusterName"] == "main"


def test_karpenter_changes_only_what_carries_its_cluster_s_tag(provision, cost_tags):
    policy = json.loads(provision(make(cost_tags, **EVERYTHING)).one("main-karpenter-policy").inputs["policy"])
    assert len(json.dumps(policy)) < 10_240, "the size that IAM takes inline"
    for statement in policy["Statement"]:
        changes = [
            action
            for action in statement["Action"]
            if not action.split(":")[1].startswith(("Describe", "Get", "List", "Receive"))
        ]
        if changes and statement["Resource"] == "*":
            raise AssertionError(f"{changes} on everything")
    by_action = {action: each for each in policy["Statement"] for action in each["Action"]}
    ended = by_action["ec2:TerminateInstances"]["Condition"]
    assert ended["StringEquals"] == {"aws:ResourceTag/kubernetes.io/cluster/main": "owned"}
    assert by_action["iam:PassRole"]["Resource"] == NODES
    assert by_action["sqs:ReceiveMessage"]["Resource"] == "arn:aws:sqs:us-east-1:123456789012:main-interruptions"


def test_only_events_may_write_to_the_interruption_queue(provision, cost_tags):
    made = provision(make(cost_tags, addons=["karpenter"], node_role_arn=NODES))
    assert made.one("aws:sqs/queue:Queue").inputs["sqsManagedSseEnabled"]
    allow, deny = json.loads(made.one("aws:sqs/queuePolicy:QueuePolicy").inputs["policy"])["Statement"]
    assert allow["Principal"] == {"Service": "events.amazonaws.com"}
    assert len(allow["Condition"]["ArnEquals"]["aws:SourceArn"]) == 4
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    patterns = [json.loads(rule.inputs["eventPattern"]) for rule in made.of("aws:cloudwatch/eventRule:EventRule")]
    assert {"detail-type": ["EC2 Spot Instance Interruption Warning"], "source": ["aws.ec2"]} in patterns


def test_keda_measures_what_is_named_and_has_no_role_where_nothing_is(provision, cost_tags):
    made = provision(make(cost_tags, addons=["keda"], scaled_queue_arns=[QUEUE], scaled_topic_arns=[TOPIC]))
    assert json.loads(made.one("main-keda-policy").inputs["policy"])["Statement"] == [
        {"Effect": "Allow", "Action": ["sqs:GetQueueAttributes"], "Resource": [QUEUE]},
        {
            "Effect": "Allow",
            "Action": ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"],
            "Resource": ["arn:aws:kafka:us-east-1:123456789012:cluster/events/8f1c"],
        },
        {"Effect": "Allow", "Action": ["kafka-cluster:DescribeTopic"], "Resource": [TOPIC]},
        {
            "Effect": "Allow",
            "Action": ["kafka-cluster:DescribeGroup"],
            "Resource": ["arn:aws:kafka:us-east-1:123456789012:group/events/8f1c/*"],
        },
    ]
    identity = made.one("main-keda-identity").inputs
    assert (identity["namespace"], identity["serviceAccount"]) == ("keda", "keda-operator")
    assert provision(make(cost_tags, addons=["keda"])).of("aws:iam/role:Role") == []


def test_the_autoscaler_changes_only_groups_of_its_cluster(provision, cost_tags):
    made = provision(make(cost_tags, addons=["clusterAutoscaler"]))
    look, change = json.loads(made.one("main-cluster-autoscaler-policy").inputs["policy"])["Statement"]
    assert all(":Describe" in action or ":Get" in action for action in look["Action"])
    assert change["Condition"] == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/main": "owned"}}


def test_prometheus_takes_every_team_s_monitors_and_has_a_fixed_address(provision, cost_tags):
    made = provision(make(cost_tags, addons=["prometheus", "dcgmExporter"]), preview=True)
    assert made.outputs["prometheus_address"] == "http://prometheus.monitoring.svc:9090"
    values = made.one("main-prometheus").inputs["values"]
    spec = values["prometheus"]["prometheusSpec"]
    assert spec["serviceMonitorSelectorNilUsesHelmValues"] is False
    assert spec["retention"] == "48h"
    assert "storageSpec" not in spec
    assert values["grafana"] == {"enabled": False}
    # Its jobs too must find a node where all that there is are system nodes.
    assert values["prometheusOperator"]["admissionWebhooks"]["patch"]["tolerations"][0]["key"] == "CriticalAddonsOnly"
    assert made.one("main-dcgm-exporter").inputs["values"]["serviceMonitor"] == {
        "enabled": True,
        "honorLabels": True,
    }
    kept = provision(make(cost_tags, addons=["prometheus"], prometheus_volume_size_gib=20.0))
    claim = kept.one("main-prometheus").inputs["values"]["prometheus"]["prometheusSpec"]["storageSpec"]
    assert claim["volumeClaimTemplate"]["spec"]["resources"] == {"requests": {"storage": "20Gi"}}
    assert claim["volumeClaimTemplate"]["metadata"]["labels"]["team"] == "ml-platform"


def test_references_that_are_not_known_yet_pass_through(provision, cost_tags, unknown):
    made = provision(
        lambda: ClusterAddons(
            "main",
            {"tags": cost_tags, "addons": ALL, "cluster_name": unknown(), "node_role_arn": unknown()},
        ),
        preview=True,
    )
    assert made.one("main-karpenter-policy").inputs["policy"] == UNKNOWN
    assert made.one("main-karpenter").inputs["values"]["settings"]["clusterName"] == UNKNOWN
    assert made.untagged(cost_tags) == []


def test_a_version_can_be_another(provision, cost_tags):
    made = provision(make(cost_tags, versions={"argoRollouts": "2.40.5"}))
    assert made.one("main-argo-rollouts").inputs["version"] == "2.40.5"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"addons": []}, "main.addons: is empty; name one of argoRollouts, clusterAutoscaler, dcgmExporter, karpenter, keda, prometheus"),
        ({"addons": ["istio"]}, "main.addons: 'istio' is not one of them; use argoRollouts, clusterAutoscaler, dcgmExporter, karpenter, keda, prometheus"),
        ({"addons": ["karpenter"]}, "main.node_role_arn: is missing with karpenter; give the role of the cluster's nodes"),
        ({"node_role_arn": NODES}, "main.node_role_arn: is of no use without karpenter; add karpenter to addons or leave it out"),
        ({"scaled_queue_arns": [QUEUE]}, "main.scaled_queue_arns: is of no use without keda; add keda to addons or leave it out"),
        ({"prometheus_volume_size_gib": 20}, "main.prometheus_volume_size_gib: is of no use without prometheus; add prometheus to addons or leave it out"),
        ({"addons": ["dcgmExporter"]}, "main.addons: dcgmExporter without prometheus is read by nobody; add prometheus"),
        ({"versions": {"argoRollouts": "latest"}}, "main.versions.argoRollouts: 'latest' cannot be used; write an exact version such as 2.40.4"),
        ({"versions": {"keda": "2.21.0"}}, "main.versions.keda: is not an argument; use one of argoRollouts"),
        ({"cluster_name": None}, "main.cluster_name: is missing; name the EKS cluster"),
    ],
)  # fmt: skip
def test_refusals_name_the_argument_the_value_and_the_fix(refused, cost_tags, args, message):
    assert message in refused(make(cost_tags, **args))
