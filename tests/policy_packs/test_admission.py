"""The admission policies on a real API server: for every fixture it gives the verdict that the preview gives."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from apex.policy.admission import admission_objects
from apex.policy.packs import load_packs
from apex.policy.rule import Rule
from apex.policy.stack import Context
from sandbox import toolchain
from sandbox.cluster import Cluster
from sandbox.kubernetes.client import Client, ClientError

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
RULES = [rule for pack in load_packs(ROOT / "policy_packs") for rule in pack.rules if rule.cel]
PLURALS = {
    "CronJob": "cronjobs",
    "Deployment": "deployments",
    "Pod": "pods",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "Service": "services",
}


class Loader(yaml.SafeLoader):
    """Fixtures with unknown values are not for a cluster, where nothing is unknown."""


Loader.add_constructor("!unknown", lambda loader, node: None)


def fixture_of(rule: Rule) -> dict[str, Any]:
    file = FIXTURES / rule.pack / f"{rule.id}.yaml"
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader)
    return found


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    if not toolchain.API_SERVER.program.exists() or not toolchain.ETCD.program.exists():
        pytest.fail("the API server is not set up; run `make setup`")
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    try:
        deadline = time.monotonic() + 150
        while not cluster.kubeconfig.exists():
            assert not cluster.failure, cluster.failure
            assert time.monotonic() < deadline, "the API server did not start"
            time.sleep(0.2)
        found = connect(cluster.kubeconfig)
        install(found)
        yield found
    finally:
        cluster.stop()


def connect(file: Path) -> Client:
    config = json.loads(file.read_text(encoding="utf-8"))
    server = config["clusters"][0]["cluster"]
    token = config["users"][0]["user"]["token"]
    certificate = base64.b64decode(server["certificate-authority-data"]).decode()
    return Client(server["server"], token, certificate=certificate)


def install(client: Client) -> None:
    """Each policy is bound to a namespace of its own, so that a refusal can be told to be its."""
    settings = {rule.id: fixture_of(rule).get("settings", {}) for rule in RULES}
    for each in admission_objects(RULES, Context().with_settings(settings)):
        name = each["metadata"]["name"]
        if each["kind"].endswith("Binding"):
            each["spec"]["matchResources"] = {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace_of(name)}}
            }
            # The verdict is what is compared; that advice only warns is for the next test.
            each["spec"]["validationActions"] = ["Deny"]
        plural = "validatingadmissionpolicybindings" if "policyName" in each["spec"] else "validatingadmissionpolicies"
        put(client, f"/apis/admissionregistration.k8s.io/v1/{plural}", each)
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace_of(name)}}
        put(client, "/api/v1/namespaces", namespace)


def namespace_of(policy: str) -> str:
    return policy.removesuffix(".apexlogic.com")


def put(client: Client, collection: str, manifest: dict[str, Any], *, dry_run: bool = False) -> None:
    path = f"{collection}/{manifest['metadata']['name']}"
    client.apply(path, json.dumps(manifest).encode(), manager="test", dry_run=dry_run)


def cases(section: str) -> list[Any]:
    found = []
    for rule in RULES:
        fixture = fixture_of(rule)
        for name, content in fixture[section].items():
            # What several resources decide together is more than an admission policy sees, and Rollouts need their CRD.
            if isinstance(content, list) and len(content) > 1:
                continue
            entry = content[0] if isinstance(content, list) else {"type": fixture["type"], "props": content}
            if entry["type"] in rule.types and not entry["type"].startswith("kubernetes:argoproj.io/"):
                found.append(pytest.param(rule, entry, id=f"{rule.id}-{name}"))
    return found


def verdict(client: Client, rule: Rule, entry: dict[str, Any]) -> str:
    """What the API server says of the object: "" where it takes it."""
    version, kind = entry["type"].removeprefix("kubernetes:").rsplit(":", 1)
    version = version.removeprefix("core/")
    namespace = f"{rule.pack}-{rule.id}".replace("_", "-")
    manifest = completed({"apiVersion": version, "kind": kind, **entry["props"]})
    group = f"/apis/{version}" if "/" in version else f"/api/{version}"
    try:
        put(client, f"{group}/namespaces/{namespace}/{PLURALS[kind]}", manifest, dry_run=True)
    except ClientError as error:
        return str(error)
    return ""


def completed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The object with what the API server requires and the rule does not look at."""
    manifest = json.loads(json.dumps(manifest))
    manifest["metadata"] = {**manifest.get("metadata", {}), "name": "it"}
    spec = manifest["spec"]
    labels = {"app": "web"}
    if manifest["kind"] == "Deployment":
        spec["selector"] = {"matchLabels": labels}
        spec["template"]["metadata"] = {"labels": labels}
    elif manifest["kind"] == "PodDisruptionBudget":
        spec["selector"] = {"matchLabels": labels}
    elif manifest["kind"] == "Service":
        spec["ports"] = [{"port": 80}]
    return manifest


@pytest.mark.parametrize(("rule", "entry"), cases("fail"))
def test_the_cluster_refuses_what_the_preview_refuses(client: Client, rule: Rule, entry: dict[str, Any]) -> None:
    said = ""
    for _ in range(40):  # a new policy is in force after a moment
        said = verdict(client, rule, entry)
        if said:
            break
        time.sleep(0.5)
    # Some mistakes are refused by the server's own validation already, whose word comes first.
    assert rule.id in said or "is invalid" in said


@pytest.mark.parametrize(("rule", "entry"), cases("pass"))
def test_the_cluster_takes_what_the_preview_lets_through(client: Client, rule: Rule, entry: dict[str, Any]) -> None:
    assert verdict(client, rule, entry) == ""


def test_advice_warns_and_the_rest_denies() -> None:
    actions = {
        each["spec"]["policyName"]: each["spec"]["validationActions"]
        for each in admission_objects(RULES)
        if "policyName" in each["spec"]
    }
    assert actions["security-read-only-root.apexlogic.com"] == ["Warn", "Audit"]
    assert actions["security-pin-images.apexlogic.com"] == ["Deny", "Audit"]
