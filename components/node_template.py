"""The launch template and the group tags that every EKS node group of ours has."""

import re
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags

_ARM_FAMILY = re.compile(r"[a-z]+\d+g[a-z]*\..+")
_TAGGED_AT_LAUNCH = ("instance", "network-interface", "volume")


def is_arm(instance_type: str) -> bool:
    """Whether an instance type has a Graviton processor: `m7g.large` has one, `g5.xlarge` has not."""
    return bool(_ARM_FAMILY.fullmatch(instance_type)) or instance_type.startswith("a1.")


def launch_template(
    resource_name: str,
    node_name: str,
    cost_tags: CostTags,
    *,
    volume_size_gib: int,
    root_device: str = "/dev/xvda",
    opts: pulumi.ResourceOptions,
    **more: Any,
) -> aws.ec2.LaunchTemplate:
    """A template for nodes with IMDSv2 only, an encrypted gp3 volume, and cost tags on all that a launch creates.

    The hop limit of 1 keeps pods away from the node's role. A node group's own tags reach neither instances nor
    volumes; only the tag specifications here do.
    """
    tags = cost_tags.aws(Name=node_name)
    return aws.ec2.LaunchTemplate(
        resource_name,
        update_default_version=True,
        metadata_options={
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
            "instance_metadata_tags": "disabled",
        },
        monitoring={"enabled": True},
        block_device_mappings=[
            {
                "device_name": root_device,
                "ebs": {
                    "volume_type": "gp3",
                    "volume_size": volume_size_gib,
                    "encrypted": "true",
                    "delete_on_termination": "true",
                },
            }
        ],
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in _TAGGED_AT_LAUNCH],
        tags=tags,
        opts=opts,
        **more,
    )


def tag_autoscaling_group(
    name: str, node_group: aws.eks.NodeGroup, cost_tags: CostTags, opts: pulumi.ResourceOptions
) -> list[aws.autoscaling.Tag]:
    """Tag the autoscaling group behind a node group, which EKS creates without the node group's tags."""
    group = autoscaling_group_name(node_group)
    return [
        aws.autoscaling.Tag(
            f"{name}-asg-{key}",
            autoscaling_group_name=group,
            tag={"key": key, "value": value, "propagate_at_launch": True},
            opts=opts,
        )
        for key, value in cost_tags.aws().items()
    ]


def autoscaling_group_name(node_group: aws.eks.NodeGroup) -> pulumi.Output[str]:
    """The autoscaling group behind `node_group`, known once EKS has made it."""
    return node_group.resources.apply(lambda resources: _only_group(resources))


def _only_group(resources: Sequence[Any]) -> str:
    return str(resources[0]["autoscaling_groups"][0]["name"])
