"""A GPU pool as Karpenter's objects: node classes that tag what they launch, and node pools with limits."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from apex.tags import CostTags

IMAGE_ALIAS = "al2023@v20250915"
"""The family is fixed and so is the release: with `latest`, every release would replace every node on its own."""

_EXPIRE_AFTER = "336h"


def node_class_spec(
    cost_tags: CostTags,
    name: str,
    *,
    role_name: pulumi.Input[str],
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]],
    security_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]],
    volume_size_gib: int,
    user_data: str | None,
    reservation_id: str | None,
) -> dict[str, Any]:
    """An EC2NodeClass: IMDSv2 with hop limit 1, encrypted gp3, and cost tags on instances, volumes and interfaces."""
    spec: dict[str, Any] = {
        "amiFamily": "AL2023",
        "amiSelectorTerms": [{"alias": IMAGE_ALIAS}],
        "role": role_name,
        "subnetSelectorTerms": _terms(subnet_ids),
        "securityGroupSelectorTerms": _terms(security_group_ids),
        "associatePublicIPAddress": False,
        "detailedMonitoring": True,
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 1,
            "httpProtocolIPv6": "disabled",
        },
        "blockDeviceMappings": [
            {
                "deviceName": "/dev/xvda",
                "rootVolume": True,
                "ebs": {
                    "volumeType": "gp3",
                    "volumeSize": f"{volume_size_gib}Gi",
                    "encrypted": True,
                    "deleteOnTermination": True,
                },
            }
        ],
        "tags": cost_tags.aws(Name=name),
    }
    if user_data:
        spec["userData"] = user_data
    if reservation_id:
        spec["capacityReservationSelectorTerms"] = [{"id": reservation_id}]
    return spec


def node_pool_spec(
    node_class: str,
    *,
    instance_types: Sequence[str],
    capacity_types: Sequence[str],
    labels: Mapping[str, str],
    taints: Sequence[Mapping[str, str]],
    gpu_limit: int,
    weight: int,
    consolidate_after: str,
    consolidate_underutilized: bool,
    budgets: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """A NodePool that launches the given types, up to a number of GPUs, and takes empty nodes away again."""
    requirements = {
        "karpenter.sh/capacity-type": list(capacity_types),
        "kubernetes.io/arch": ["amd64"],
        "kubernetes.io/os": ["linux"],
        "node.kubernetes.io/instance-type": list(instance_types),
    }
    return {
        "template": {
            "metadata": {"labels": dict(labels)},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": node_class},
                "requirements": [
                    {"key": key, "operator": "In", "values": values} for key, values in requirements.items()
                ],
                "taints": [dict(taint) for taint in taints],
                "expireAfter": _EXPIRE_AFTER,
            },
        },
        "limits": {"nvidia.com/gpu": str(gpu_limit)},
        "weight": weight,
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized" if consolidate_underutilized else "WhenEmpty",
            "consolidateAfter": consolidate_after,
            "budgets": [dict(budget) for budget in budgets],
        },
    }


def _terms(ids: pulumi.Input[Sequence[pulumi.Input[str]]]) -> pulumi.Output[list[dict[str, str]]]:
    resolved: pulumi.Output[Sequence[str]] = pulumi.Output.from_input(ids)  # type: ignore[arg-type]
    return resolved.apply(lambda known: [{"id": each} for each in known])
