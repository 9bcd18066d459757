"""What `apex graph` says becomes of a declaration is what the components make of it."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from apex.settings import read_settings
from apex.specs import load_catalog
from apex.specs.becomes import Node, becomes
from components.data_contract import DataContract
from components.model_service import ModelService
from components.workload_manifest import WorkloadManifest
from stack.declared_contracts import contracts
from stack.declared_models import models
from stack.declared_workloads import workloads
from stack.environment import Environment

REPOSITORY = Path(__file__).resolve().parents[2]
SHOWN = {
    "apex:index:InferenceService": "InferenceService",
    "aws:budgets/budget:Budget": "AWS Budget",
    "aws:cloudwatch/logGroup:LogGroup": "CloudWatch log group",
    "aws:iam/policy:Policy": "IAM policy",
    "aws:iam/role:Role": "IAM role",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "attached to IAM role",
    "aws:kms/key:Key": "KMS key",
    "aws:lakeformation/permissions:Permissions": "Lake Formation grant",
    "aws:lakeformation/resource:Resource": "Lake Formation location",
    "aws:lakeformation/resourceLfTags:ResourceLfTags": "Lake Formation tag",
    "kubernetes:apps/v1:Deployment": "Kubernetes Deployment",
    "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate": "Argo AnalysisTemplate",
    "kubernetes:argoproj.io/v1alpha1:Rollout": "Argo Rollout",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": "HorizontalPodAutoscaler",
    "kubernetes:core/v1:ConfigMap": "ConfigMap of governance thresholds",
    "kubernetes:core/v1:Service": "Kubernetes Service",
    "kubernetes:core/v1:ServiceAccount": "ServiceAccount",
    "kubernetes:keda.sh/v1alpha1:ScaledObject": "KEDA ScaledObject",
    "kubernetes:monitoring.coreos.com/v1:ServiceMonitor": "ServiceMonitor",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": "Kubernetes NetworkPolicy",
    "kubernetes:policy/v1:PodDisruptionBudget": "PodDisruptionBudget",
}
"""What the graph calls a type; others are parts of these that nobody looks for."""
PARTS = {
    "apex:index:CostBudget",
    "apex:index:DataContract",
    "apex:index:ModelService",
    "apex:index:WorkloadManifest",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:kms/alias:Alias",
}


class Space:
    """A namespace that exists."""

    def __init__(self, namespace):
        self.namespace = namespace


class Platform:
    """What contracts read of the rest of the platform."""

    def __init__(self):
        self.bucket_arns = {tier: f"arn:aws:s3:::{tier}" for tier in ("archive", "curated", "features", "raw")}
        roles = ("compliance-officer", "data-engineer", "data-scientist", "ml-engineer")
        self.role_arns = {role: f"arn:aws:iam::123456789012:role/dev-data-{role}" for role in roles}
        self.pii_tag_key = "dev-data-pii"
        self.database_name, self.table_name = "calls", "results"


SPACES = {name: Space(name) for name in ("language", "platform", "sensing", "speech", "vision")}


@pytest.fixture(params=["dev", "prod"])
def environment(request):
    file = REPOSITORY / f"Pulumi.{request.param}.yaml"
    return Environment(request.param, "us-east-1", read_settings(file), file)


@pytest.fixture
def catalog(environment, tmp_path):
    shutil.copytree(REPOSITORY / "catalog", tmp_path / "catalog")
    return load_catalog(tmp_path / "catalog", environment.name)


def shown(nodes: tuple[Node, ...]) -> Counter[str]:
    """How often the graph says each thing, below the declarations themselves."""
    found = Counter(node.what for node in nodes)
    for node in nodes:
        found += shown(node.parts)
    return found


def made(resources) -> Counter[str]:
    """The same of what was registered; every type has to be known here."""
    return Counter(SHOWN[each.type] for each in resources if each.type not in PARTS)


def nodes(catalog, kind, *names) -> tuple[Node, ...]:
    wanted = {(kind, name) for name in names}
    found = [node for node in becomes(catalog) if (node.what, node.name.rpartition("/")[2]) in wanted]
    assert len(found) == len(names)
    return tuple(part for node in found for part in node.parts)


def test_models(environment, catalog, provision):
    for name, args in models(environment, catalog, SPACES):
        if "@" not in args["service"]["image"]:
            args["service"]["image"] += "@sha256:" + "a" * 64
        recording = provision(lambda name=name, args=args: ModelService(name, args))
        assert made(recording.resources) == shown(nodes(catalog, "MultimodalAIComponent", name)), name


def test_contracts(environment, catalog, provision):
    pipelines = {found.name: Platform() for found in catalog.pipelines}
    for name, args in contracts(environment, catalog, Platform(), Platform(), pipelines):
        recording = provision(lambda name=name, args=args: DataContract(name, args))
        # The rule is one of its tier's bucket.
        said = shown(nodes(catalog, "DataContract", name)) - Counter(["lifecycle rule"])
        assert made(recording.resources) == said, name


def test_workloads(environment, catalog, provision):
    for _, args in workloads(environment, catalog, SPACES):
        recording = provision(lambda args=args: WorkloadManifest("it", args))
        said = Counter()
        for manifest in args["manifests"]:
            said += shown(nodes(catalog, manifest["kind"], manifest["metadata"]["name"]))
        names = {f"Kubernetes {kind}": kind for kind in ("PodDisruptionBudget", "HorizontalPodAutoscaler")}
        assert made(recording.resources) == Counter({names.get(what, what): count for what, count in said.items()})
