import pytest

from apex.errors import InputError
from components.admission_policies import AdmissionPolicies

POLICY = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "security-pin-images.apexlogic.com", "labels": {"apexlogic.com/severity": "high"}},
    "spec": {"failurePolicy": "Fail", "validations": [{"expression": "true"}]},
}
SELECTOR = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
BINDING = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": "security-pin-images.apexlogic.com"},
    "spec": {
        "policyName": "security-pin-images.apexlogic.com",
        "validationActions": ["Deny", "Audit"],
        "matchResources": {"namespaceSelector": {"matchExpressions": [SELECTOR]}},
    },
}


@pytest.fixture
def args(cost_tags):
    return {"tags": cost_tags, "manifests": [POLICY, BINDING]}


def test_children_and_parents_are_the_contract_with_existing_stacks(provision, args):
    assert sorted(provision(lambda: AdmissionPolicies("guard", args)).tree()) == [
        "apex-dev > apex:index:AdmissionPolicies guard",
        "guard > kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy guard-security-pin-images-policy",
        "guard > kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding "
        "guard-security-pin-images-binding",
    ]


def test_both_are_deployed_as_they_are_with_who_pays(provision, args, cost_tags):
    recording = provision(lambda: AdmissionPolicies("guard", args))
    policy = recording.one("guard-security-pin-images-policy").inputs
    binding = recording.one("guard-security-pin-images-binding").inputs
    assert policy["spec"] == POLICY["spec"]
    assert binding["spec"] == BINDING["spec"]
    for made in (policy, binding):
        assert made["metadata"]["name"] == "security-pin-images.apexlogic.com"
        assert cost_tags.items() <= made["metadata"]["labels"].items()
    assert policy["metadata"]["labels"]["apexlogic.com/severity"] == "high"


def test_namespaces_are_spared_beside_those_that_the_bindings_spare(provision, args):
    recording = provision(
        lambda: AdmissionPolicies("guard", {**args, "exempt_namespaces": ["monitoring", "argo-rollouts"]})
    )
    spec = recording.one("guard-security-pin-images-binding").inputs["spec"]
    assert spec["matchResources"]["namespaceSelector"]["matchExpressions"] == [
        SELECTOR,
        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["argo-rollouts", "monitoring"]},
    ]


@pytest.mark.parametrize(
    ("manifests", "says"),
    [
        ([], "guard.manifests: has no ValidatingAdmissionPolicy; name at least one"),
        (
            [POLICY, {**BINDING, "kind": "Deployment", "apiVersion": "apps/v1"}],
            "guard.manifests[1]: is a Deployment of apps/v1",
        ),
        (
            [POLICY, {**BINDING, "spec": {**BINDING["spec"], "policyName": "other"}}],
            'guard.manifests[1].spec.policyName: "other" is none of the policies here; bind one of them',
        ),
        ([{**POLICY, "metadata": {}}], "guard.manifests[0].metadata.name: is missing"),
    ],
)
def test_what_cannot_guard_is_refused_before_anything_is_made(provision, args, manifests, says):
    with pytest.raises(InputError) as error:
        provision(lambda: AdmissionPolicies("guard", {**args, "manifests": manifests}))
    assert says in str(error.value)
