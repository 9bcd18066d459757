"""API versions that Kubernetes serves no longer, or not for long: since which version, and what to use instead."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from apex.policy.stack import Context

CLUSTER = "aws:eks/cluster:Cluster"


@dataclass(frozen=True, slots=True)
class Retired:
    """One kind in one API version. `removed` is empty for what is deprecated with no end in sight."""

    deprecated: str
    removed: str
    instead: str


@lru_cache(maxsize=1)
def retired_apis() -> Mapping[str, Retired]:
    """Retired kinds by their type token."""
    text = resources.files("apex.policy").joinpath("data/kubernetes_apis.json").read_text(encoding="utf-8")
    return {
        f"kubernetes:{version}:{kind}": Retired(entry["deprecated"], entry.get("removed", ""), entry["instead"])
        for entry in json.loads(text)
        for version in entry["versions"]
        for kind in entry["kinds"]
    }


def minor_of(version: str) -> tuple[int, ...]:
    """A Kubernetes version such as 1.35 as something to compare."""
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def cluster_version(context: Context, default: str) -> str:
    """The version of the cluster: that of the stack's own, that of the settings, else `default`.

    Raises HiddenValueError where the stack's own is not known.
    """
    for cluster in context.of_type(CLUSTER):
        if version := cluster.props.text("version"):
            return version
    return str(context.settings.get("version") or default)
