"""A real API server with our CRDs takes and refuses the same documents as the models do."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apex.specs import load_catalog
from apex.specs.base import free
from apex.specs.document import parse
from apex.specs.kinds import KINDS
from apex.specs.schema import admission_policy, crd
from sandbox import toolchain
from sandbox.cluster import Cluster
from sandbox.kubernetes.client import Client, ClientError, connect

pytestmark = pytest.mark.cluster

REPOSITORY = Path(__file__).resolve().parents[3]
CASES = [json.loads(line) for line in (Path(__file__).parent / "documents" / "cases.jsonl").read_text().splitlines()]
NAMESPACES = ("language", "sensing", "speech", "vision")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """An API server that knows our kinds and has the catalog's namespaces."""
    for tool in (toolchain.API_SERVER, toolchain.ETCD):
        if not tool.program.exists():
            pytest.fail(f"{tool.program.name} is not built; run `make setup`")
    cluster = Cluster(tmp_path_factory.mktemp("environment") / "cluster")
    cluster.start()
    try:
        client = connect(cluster.kubeconfig)
        for namespace in NAMESPACES:
            _apply(client, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        for kind in KINDS.values():
            for document in (crd(kind), *admission_policy(kind)):
                _apply(client, document)
        _wait_for_kinds(client)
        yield client
    finally:
        cluster.stop()


def _apply(client: Client, document: dict[str, Any], *, dry_run: bool = False) -> None:
    kind = client.find_kind(document["apiVersion"], document["kind"])
    if kind is None:
        raise ClientError(404, {"message": f"no matches for kind {document['kind']}"})
    metadata = document["metadata"]
    path = kind.path(metadata.get("namespace", ""), metadata["name"])
    client.apply(path, json.dumps(document).encode(), manager="test", dry_run=dry_run)


def _refusal(client: Client, document: dict[str, Any]) -> str | None:
    try:
        _apply(client, document, dry_run=True)
    except ClientError as error:
        return str(error)
    return None


def _wait_for_kinds(client: Client) -> None:
    """CRDs and policies are served a moment after they were taken."""
    late = {"apiVersion": "data.apexlogic.com/v1alpha1", "kind": "DataPipeline"}
    document = {**late, "metadata": {"name": "probe", "namespace": "speech"}, "spec": {}}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        refusals = [client.find_kind(f"{kind.group}/{kind.version}", kind.kind_name) for kind in KINDS.values()]
        if all(refusals) and "Required value" in (_refusal(client, document) or ""):
            time.sleep(2)
            return
        time.sleep(0.3)
    raise AssertionError("the API server does not serve our kinds")


def test_the_server_decides_as_validate_does(
    server: Client, change: Callable[[str, dict[str, Any]], dict[str, Any]]
) -> None:
    disagreements = []
    for case in CASES:
        refusal = _refusal(server, change(case["of"], case["change"]))
        if (refusal is None) != case.get("clusterTakes", not case["says"]):
            disagreements.append((case["of"], case["change"], case["says"], refusal))
    assert disagreements == [], json.dumps(disagreements, indent=1)


def test_the_server_takes_the_catalog_as_it_is_written(server: Client) -> None:
    refusals = [
        (str(file), document.line, refusal)
        for file in sorted((REPOSITORY / "catalog" / "base").rglob("*.yaml"))
        for document in parse(file.read_text(), str(file))[0]
        if (refusal := _refusal(server, free(document.data))) is not None
    ]
    assert refusals == []


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_server_takes_each_environment(server: Client, environment: str) -> None:
    declarations = load_catalog(REPOSITORY / "catalog", environment).declarations
    refusals = [
        (found.kind, found.name, refusal)
        for found in declarations
        if (refusal := _refusal(server, found.content)) is not None
    ]
    assert refusals == []
