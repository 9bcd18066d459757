"""Plain Kubernetes manifests."""

from collections.abc import Iterator
from typing import Any

from apex.specs.document import Path_

MANIFEST_KINDS: dict[str, str] = {"Deployment": "apps/v1"}


def check_manifest(data: dict[str, Any]) -> Iterator[tuple[Path_, str]]:
    """What the API server would refuse in `data`."""
    if data.get("apiVersion") != MANIFEST_KINDS[data["kind"]]:
        yield ("apiVersion",), "x"
