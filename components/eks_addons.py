"""What EKS's managed add-ons are told, and the storage class that rests on one of them."""

from typing import Any

from apex.tags import CostTags

_TOLERATES_SYSTEM = [{"key": "CriticalAddonsOnly", "operator": "Exists"}]

BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
"""Without these a node never becomes ready; the others need a node to run on."""

ADDON_ROLES = {
    "aws-ebs-csi-driver": ("ebs-csi-controller-sa", "volumes", "service-role/AmazonEBSCSIDriverPolicy"),
    "vpc-cni": ("aws-node", "network", "AmazonEKS_CNI_Policy"),
}
"""The service account of an add-on that calls AWS, and the managed policy it needs."""


def addon_configuration(addon: str, cost_tags: CostTags) -> dict[str, Any]:
    """The settings of an add-on: it runs on the system nodes, and what it makes carries the cost tags."""
    configurations: dict[str, dict[str, Any]] = {
        "vpc-cni": {"enableNetworkPolicy": "true"},
        "aws-ebs-csi-driver": {"controller": {"extraVolumeTags": cost_tags.aws(), "tolerations": _TOLERATES_SYSTEM}},
        "coredns": {"tolerations": _TOLERATES_SYSTEM},
        "metrics-server": {"tolerations": _TOLERATES_SYSTEM},
    }
    return configurations.get(addon, {})


def gp3_parameters(cost_tags: CostTags) -> dict[str, str]:
    """Parameters of a StorageClass whose volumes are encrypted gp3 and carry the cost tags."""
    tags = {f"tagSpecification_{i}": f"{key}={value}" for i, (key, value) in enumerate(cost_tags.aws().items(), 1)}
    return {"type": "gp3", "encrypted": "true", **tags}
