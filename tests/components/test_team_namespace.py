import pytest

from apex.errors import InputError
from components.team_namespace import TeamNamespace


@pytest.fixture
def args(cost_tags):
    return {"tags": cost_tags, "cpu": "64", "memory": "256Gi", "gpus": 4}


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    groups = {"developer_groups": ["vision-developers"], "viewer_groups": ["auditors"]}
    assert sorted(provision(lambda: TeamNamespace("vision", {**args, **groups})).tree()) == [
        "apex-dev > apex:index:TeamNamespace vision",
        "vision > kubernetes:core/v1:LimitRange vision-limits",
        "vision > kubernetes:core/v1:Namespace vision-namespace",
        "vision > kubernetes:core/v1:ResourceQuota vision-quota",
        "vision > kubernetes:networking.k8s.io/v1:NetworkPolicy vision-deny",
        "vision > kubernetes:networking.k8s.io/v1:NetworkPolicy vision-dns",
        "vision > kubernetes:rbac.authorization.k8s.io/v1:Role vision-developer",
        "vision > kubernetes:rbac.authorization.k8s.io/v1:RoleBinding vision-developers",
        "vision > kubernetes:rbac.authorization.k8s.io/v1:RoleBinding vision-viewers",
    ]


def test_only_restricted_pods_are_admitted(provision, args, cost_tags):
    labels = provision(lambda: TeamNamespace("vision", args)).one("vision-namespace").inputs["metadata"]["labels"]
    assert {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("audit", "enforce", "warn")}.items() <= (
        labels.items()
    )
    assert cost_tags.items() <= labels.items()


def test_a_quota_bounds_the_team_and_closes_other_ways_in(provision, args):
    recording = provision(lambda: TeamNamespace("vision", args))
    assert recording.one("vision-quota").inputs["spec"]["hard"] == {
        "requests.cpu": "64",
        "limits.cpu": "64",
        "requests.memory": "256Gi",
        "limits.memory": "256Gi",
        "requests.nvidia.com/gpu": "4",
        "requests.storage": "500Gi",
        "pods": "100",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    default = {"cpu": "250m", "memory": "512Mi"}
    assert recording.one("vision-limits").inputs["spec"]["limits"] == [
        {"type": "Container", "default": default, "defaultRequest": default}
    ]


def test_everything_but_dns_is_denied(provision, args):
    recording = provision(lambda: TeamNamespace("vision", args))
    deny, dns = recording.one("vision-deny").inputs["spec"], recording.one("vision-dns").inputs["spec"]
    assert (deny["podSelector"], deny["policyTypes"]) == ({}, ["Ingress", "Egress"])
    assert (deny["ingress"], deny["egress"]) == ([], [])
    assert [port["port"] for rule in dns["egress"] for port in rule["ports"]] == [53, 53]


def test_developers_cannot_read_secrets_or_change_permissions_and_walls(provision, args):
    groups = {"developer_groups": ["vision-developers"]}
    recording = provision(lambda: TeamNamespace("vision", {**args, **groups}))
    rules = recording.one("vision-developer").inputs["rules"]
    reach = {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}
    resources = {resource for resource, _ in reach}
    assert not resources & {"secrets", "roles", "rolebindings", "pods/exec", "*"}
    assert "*" not in {verb for _, verb in reach}
    for guarded in ("networkpolicies", "resourcequotas", "limitranges"):
        assert {verb for resource, verb in reach if resource == guarded} == {"get", "list", "watch"}
    binding = recording.one("vision-developers").inputs
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "vision-developers"}
    ]


def test_every_object_carries_the_cost_labels_and_lies_in_the_namespace(provision, args, cost_tags):
    named = {**args, "namespace": "vision-prod", "viewer_groups": ["auditors"]}
    recording = provision(lambda: TeamNamespace("vision", named))
    for each in recording.resources:
        if each.custom:
            metadata = each.inputs["metadata"]
            assert cost_tags.items() <= metadata["labels"].items()
            assert "vision-prod" in (metadata["name"], metadata.get("namespace"))
    assert recording.outputs["namespace"] == "vision-prod"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"namespace": "Vision_1"},
            'namespace: "Vision_1" cannot name a namespace; use at most 63 of a-z, 0-9 and -, no - at the ends',
        ),
        ({"namespace": "kube-system"}, 'namespace: "kube-system" belongs to Kubernetes; name one of the team\'s own'),
        ({"memory": "lots"}, 'memory: "lots" is not a quantity above zero; write such as 500m, 2 or 8Gi'),
        (
            {"default_cpu": "65"},
            "default_cpu: 65 is more than cpu 64 of the whole namespace; lower it or raise cpu",
        ),
        (
            {"developer_groups": ["system:masters"]},
            'developer_groups: "system:masters" is a group of Kubernetes itself; name one of the team\'s own',
        ),
        ({"gpus": -1}, "gpus: -1 is out of range; use at least 0"),
    ],
)
def test_refusals(args, changes, message):
    with pytest.raises(InputError) as error:
        TeamNamespace("vision", {**args, **changes})
    assert str(error.value) == f"vision.{message}"
