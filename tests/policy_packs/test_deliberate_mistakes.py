"""One deliberate mistake in each area that the packs guard: each is blocked, in words that a newcomer can act on.

Each is judged as a person would judge it, by `apex check` on a plan or on files of the catalog. Put right, the same
resource passes the same rule.
"""

import copy
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apex.cli import main
from apex.policy.catalog import read_declared

ROOT = Path(__file__).parents[2]
TAGS = {
    "project": "atlas",
    "environment": "prod",
    "team": "vision",
    "cost-center": "cc-1001",
    "data-modality": "image",
}
Props = dict[str, Any]


@dataclass(frozen=True)
class Mistake:
    """A resource of a plan with a mistake in it: the rule that has to find it, and what has to be said."""

    area: str
    rule: str
    type: str
    wrong: Props
    right: Props
    says: str
    fix: str

    def __str__(self) -> str:
        return self.area


def policy(*statements: Props) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def pods(spec: Props | None = None, labels: Props | None = None, **container: Any) -> Props:
    server = {
        "name": "server",
        "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.2@sha256:" + 64 * "0",
        "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        **container,
    }
    whole = {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [server],
        **(spec or {}),
    }
    labels = TAGS if labels is None else labels
    return {"metadata": {"namespace": "vision", "labels": labels}, "spec": {"template": {"spec": whole}}}


def listener(protocol: str) -> Props:
    return {"protocol": protocol, "port": 443, "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "tags": TAGS}


def group(*cidrs: str) -> Props:
    rule = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": list(cidrs)}
    return {"ingress": [rule], "tags": TAGS}


def kafka(unauthenticated: bool) -> Props:
    return {"clientAuthentication": {"unauthenticated": unauthenticated, "sasl": {"iam": not unauthenticated}}}


IAM = "aws:iam/policy:Policy"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
GPU = {"limits": {"memory": "1Gi", "nvidia.com/gpu": "1"}, "requests": {"cpu": "1", "memory": "1Gi"}}
TOLERATION = {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}

MISTAKES = [
    Mistake(
        "encryption",
        "security/encrypt_databases",
        "aws:rds/cluster:Cluster",
        {"storageEncrypted": False, "tags": TAGS},
        {"storageEncrypted": True, "kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/1", "tags": TAGS},
        "storageEncrypted is off",
        "Set storage_encrypted and kms_key_id",
    ),
    Mistake(
        "TLS",
        "security/require_listener_tls",
        "aws:lb/listener:Listener",
        listener("HTTP"),
        listener("HTTPS"),
        "HTTP",
        "",
    ),
    Mistake(
        "public exposure",
        "security/restrict_ingress",
        "aws:ec2/securityGroup:SecurityGroup",
        group("0.0.0.0/0"),
        group("10.0.0.0/8"),
        "lets in tcp 22 from 0.0.0.0/0",
        "",
    ),
    Mistake(
        "authentication",
        "security/authenticate_kafka_clients",
        "aws:msk/cluster:Cluster",
        kafka(True),
        kafka(False),
        "unauthenticated",
        "",
    ),
    Mistake(
        "logging",
        "security/log_cluster_control_plane",
        "aws:eks/cluster:Cluster",
        {"enabledClusterLogTypes": ["api"]},
        {"enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"]},
        "audit",
        "",
    ),
    Mistake(
        "retention",
        "security/retain_logs",
        "aws:cloudwatch/logGroup:LogGroup",
        {"retentionInDays": 7, "tags": TAGS},
        {"retentionInDays": 90, "tags": TAGS},
        "retentionInDays is 7; required: at least 90",
        "Set retention_in_days: 90 or more in production",
    ),
    Mistake(
        "backup",
        "security/back_up_databases",
        "aws:rds/cluster:Cluster",
        {"backupRetentionPeriod": 1, "tags": TAGS},
        {"backupRetentionPeriod": 14, "tags": TAGS},
        "backupRetentionPeriod is 1",
        "",
    ),
    Mistake(
        "versions",
        "security/require_supported_kubernetes",
        "aws:eks/cluster:Cluster",
        {"version": "1.27"},
        {"version": "1.35"},
        "1.27",
        "",
    ),
    Mistake(
        "instance metadata",
        "security/require_imdsv2",
        "aws:ec2/launchTemplate:LaunchTemplate",
        {"metadataOptions": {"httpTokens": "optional"}},
        {"metadataOptions": {"httpTokens": "required"}},
        'metadataOptions.httpTokens is "optional"; required: "required"',
        "Set metadata_options.http_tokens to required",
    ),
    Mistake(
        "IAM wildcards",
        "security/forbid_admin_policies",
        IAM,
        {"policy": policy({"Effect": "Allow", "Action": "*", "Resource": "*"})},
        {"policy": policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::raw/*"})},
        "allows every action on every resource",
        "",
    ),
    Mistake(
        "pod security",
        "security/forbid_privileged_containers",
        DEPLOYMENT,
        pods(securityContext={"privileged": True}),
        pods(),
        "a container is privileged",
        "Remove privileged",
    ),
    Mistake(
        "limits",
        "security/require_requests_and_limits",
        DEPLOYMENT,
        pods(resources={}),
        pods(),
        "a container lacks a CPU request, a memory request or a memory limit",
        "Set requests for CPU and memory and a limit for memory",
    ),
    Mistake(
        "images",
        "security/pin_images",
        DEPLOYMENT,
        pods(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/web:latest"),
        pods(),
        "an image has no tag, or the tag latest",
        "Write a tag that is never moved",
    ),
    Mistake(
        "registries",
        "security/allow_registries",
        DEPLOYMENT,
        pods(image="docker.io/somebody/web:1.2"),
        pods(),
        "an image comes from a registry that the platform does not list",
        "Copy the image into a registry of the catalog's Platform",
    ),
    Mistake(
        "GPU taints",
        "security/match_gpu_tolerations",
        DEPLOYMENT,
        pods(resources=GPU),
        pods(TOLERATION, resources=GPU),
        "the pod asks for a GPU without tolerating the GPU taint",
        "Ask for nvidia.com/gpu and tolerate its taint, or do neither",
    ),
    Mistake(
        "network walls",
        "security/deny_network_by_default",
        DEPLOYMENT,
        pods(),
        {**pods(), "metadata": {"namespace": "kube-system", "labels": TAGS}},
        'namespace "vision" lets all egress and ingress through',
        "Add a NetworkPolicy with an empty podSelector",
    ),
    Mistake(
        "labels",
        "finops/require_cost_tags",
        DEPLOYMENT,
        pods(labels={"team": "vision"}),
        pods(),
        "cost-center is missing",
        "Set project, environment, team, cost-center and data-modality",
    ),
    Mistake(
        "tags",
        "finops/require_cost_tags",
        "aws:s3/bucket:Bucket",
        {"tags": {**TAGS, "cost-center": "cc-10001"}},
        {"tags": TAGS},
        'cost-center is "cc-10001" (did you mean "cc-1001"?)',
        "Set project, environment, team, cost-center and data-modality",
    ),
    Mistake(
        "replication",
        "data/hold_replicas",
        "aws:s3/bucket:Bucket",
        {"region": "eu-west-1", "tags": TAGS},
        {"region": "us-east-1", "tags": TAGS},
        "keeps data in eu-west-1; required: us-east-1",
        "Replicate to a region that every data contract allows",
    ),
    Mistake(
        "secrets",
        "security/forbid_env_secrets",
        DEPLOYMENT,
        pods(env=[{"name": "DB_PASSWORD", "value": "hunter2"}]),
        pods(env=[{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]),
        "named like a secret holds a value in plain text",
        "Take it from a Secret",
    ),
]

DECLARED = [
    ("data residency", "data/hold_residency", "speech/call-transcripts.yaml", "[us-east-1]", "[]", "allowedRegions"),
    (
        "personal data",
        "data/mask_personal_data",
        "speech/call-transcripts.yaml",
        "piiRedaction: enabled",
        "piiRedaction: disabled",
        "has piiRedaction disabled",
    ),
    (
        "model registry",
        "ai/allow_model_registries",
        "speech/voice-assistant.yaml",
        "repository: model-registry",
        "repository: images",
        'spec.model.repository is "images"; required: one of model-registry',
    ),
    (
        "bias thresholds",
        "ai/bound_bias",
        "speech/voice-assistant.yaml",
        "demographic_parity_difference: 0.08",
        "demographic_parity_difference: 0.5",
        "threshold of demographic_parity_difference is 0.5; required: at most 0.2",
    ),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan_of(type_token: str, name: str, props: Props) -> Props:
    stack = {"urn": "urn:pulumi:prod::apex::pulumi:pulumi:Stack::apex-prod", "type": "pulumi:pulumi:Stack"}
    urn = f"urn:pulumi:prod::apex::{type_token}::{name}"
    wanted = {"urn": urn, "custom": True, "type": type_token, "inputs": copy.deepcopy(props)}
    steps = [{"op": "create", "urn": each["urn"], "newState": each} for each in (stack, wanted)]
    return {"config": {"aws:region": "us-east-1"}, "steps": steps}


def check(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    read_declared.cache_clear()  # each call stands for a process of its own
    with pytest.raises(SystemExit) as ended:
        main(["check", *map(str, words)])
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out + shown.err


def told_of(output: str, rule: str) -> str:
    """The lines of one rule: what it refuses, on what, and how to fix it."""
    lines = output.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("✗") and f" {rule} " in line]
    return "\n".join("\n".join(lines[start : start + 3]) for start in starts)


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_in_a_plan_is_blocked(project: Path, capsys: pytest.CaptureFixture[str], mistake: Mistake) -> None:
    file = project / "plan.json"
    file.write_text(json.dumps(plan_of(mistake.type, "the-mistake", mistake.wrong)), encoding="utf-8")
    status, output = check(capsys, file)
    told = told_of(output, mistake.rule)
    assert status == 1
    assert f"the-mistake ({mistake.type})" in told
    assert mistake.says in told
    assert f"    fix: {mistake.fix}" in told
    assert "hunter2" not in output

    file.write_text(json.dumps(plan_of(mistake.type, "the-mistake", mistake.right)), encoding="utf-8")
    assert told_of(check(capsys, file)[1], mistake.rule) == ""


@pytest.mark.parametrize(("area", "rule", "file", "right", "wrong", "says"), DECLARED, ids=lambda value: str(value))
def test_a_mistake_in_the_catalog_is_blocked(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    area: str,
    rule: str,
    file: str,
    right: str,
    wrong: str,
    says: str,
) -> None:
    declared = project / "catalog" / "base" / file
    assert check(capsys, declared)[0] == 0
    text = declared.read_text(encoding="utf-8")
    assert right in text
    outside = project / "declared.yaml"
    outside.write_text(text.replace(right, wrong), encoding="utf-8")
    status, output = check(capsys, outside)
    told = told_of(output, rule)
    assert status == 1
    assert says in told
    assert "declared.yaml:" in told
    assert "    fix: " in told


def test_an_expired_waiver_no_longer_covers_and_says_since_when(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waivers = project / "catalog" / "base" / "waivers.yaml"
    text = waivers.read_text(encoding="utf-8")
    text = text.replace("read_only_root", "restrict_ingress").replace("*translator*", "*the-mistake*")
    waivers.write_text(text, encoding="utf-8")
    file = project / "plan.json"
    plan = plan_of("aws:ec2/securityGroup:SecurityGroup", "the-mistake", group("0.0.0.0/0"))
    file.write_text(json.dumps(plan), encoding="utf-8")
    covered, output = check(capsys, file, "--pack", "security")
    assert covered == 0, output
    assert "waiver translator-writes-its-cache until 2027-01-31 by ciso@example.com" in output

    waivers.write_text(text.replace("2027-01-31", "2026-01-31"), encoding="utf-8")
    status, output = check(capsys, file)
    assert status == 1
    assert "waiver translator-writes-its-cache expired on 2026-01-31" in told_of(output, "security/restrict_ingress")


def test_a_plan_over_its_budget_is_blocked_with_who_and_by_how_much(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "plan.json"
    node = {
        "instanceType": "g5.48xlarge",
        "tags": TAGS,
        "volumeTags": TAGS,
        "metadataOptions": {"httpTokens": "required"},
    }
    file.write_text(json.dumps(plan_of("aws:ec2/instance:Instance", "the-mistake", node)), encoding="utf-8")
    status, output = check(capsys, file)
    told = told_of(output, "finops/block_over_budget")
    assert status == 1
    assert "the-mistake (aws:ec2/instance:Instance)" in told
    assert "budget vision: " in told
    assert "too much" in told
    assert "fix: Lower what contributes most, or have the budget's owner raise its amount" in told
