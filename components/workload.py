"""What every pod of ours looks like: its labels, its security context, and who may talk to it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from apex.tags import MANAGER, CostTags

GPU_LABEL = "gpu-enabled"
"""The label, with the value "true", of every node with a GPU."""

GPU_RESOURCE = "nvidia.com/gpu"
"""The resource a pod asks for to get a GPU, and the key of the taint that keeps all other pods away."""

UNPRIVILEGED_USER = 65532
"""The `nonroot` user of distroless images."""

_DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
_QUANTITY = re.compile(r"((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:([num]|k|[KMGTPE]i|[MGTPE]))?")
_SCALE: dict[str | None, float] = {
    None: 1.0,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    **{unit: 1000.0**power for power, unit in enumerate(("k", "M", "G", "T", "P", "E"), 1)},
    **{unit: 1024.0**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)},
}


def quantity(text: str) -> float | None:
    """The value of a Kubernetes quantity such as `500m` or `8Gi`; None when it is not one, or not above zero."""
    match = _QUANTITY.fullmatch(text)
    value = float(match[1]) * _SCALE[match[2]] if match else 0.0
    return value or None


def has_digest(image: str) -> bool:
    """Whether an image is named by its content, which no later push can change."""
    return bool(_DIGEST.fullmatch(image))


def selector(name: str) -> dict[str, str]:
    """The labels that tell the pods of `name` from all others; they never change while it lives."""
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": name}


def labels(name: str, component: str, cost_tags: CostTags) -> dict[str, str]:
    """The labels of every object of the workload `name`: the cost tags and Kubernetes' recommended ones."""
    return {
        **cost_tags.kubernetes(),
        **selector(name),
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/managed-by": MANAGER,
        "app.kubernetes.io/part-of": cost_tags.project,
    }


def pod_security(user: int = UNPRIVILEGED_USER) -> dict[str, Any]:
    """A pod security context that the `restricted` Pod Security Standard admits."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> dict[str, Any]:
    """A container security context that the `restricted` standard admits, with a root file system nobody writes."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }


def allow_dns() -> dict[str, Any]:
    """An egress rule for the cluster's DNS, without which no name resolves."""
    return {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")],
    }


def allow_from_namespaces(namespaces: Sequence[str], port: int) -> dict[str, Any]:
    """An ingress rule for the pods of some namespaces on one port."""
    return {
        "from": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
            for namespace in namespaces
        ],
        "ports": [{"protocol": "TCP", "port": port}],
    }


def allow_to_network(cidr: str, ports: Sequence[int]) -> dict[str, Any]:
    """An egress rule for a network; link-local ones, the metadata service among them, need their own rule."""
    block: dict[str, Any] = {"cidr": cidr}
    if cidr == "0.0.0.0/0":
        block["except"] = ["169.254.0.0/16"]
    return {"to": [{"ipBlock": block}], "ports": [{"protocol": "TCP", "port": port} for port in ports]}


def network_policy(match: Mapping[str, str], ingress: list[Any], egress: list[Any]) -> dict[str, Any]:
    """The spec of a policy for the pods that `match` selects, both ways; empty lists deny everything."""
    return {
        "podSelector": {"matchLabels": dict(match)} if match else {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": egress,
    }
