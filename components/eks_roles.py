"""The IAM roles of an EKS cluster, each with what it needs and no more."""

import json
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags


def service_role(
    resource_name: str,
    service: str,
    policies: Mapping[str, str],
    cost_tags: CostTags,
    opts: pulumi.ResourceOptions,
    *,
    actions: Sequence[str] = ("sts:AssumeRole",),
) -> tuple[aws.iam.Role, list[aws.iam.RolePolicyAttachment]]:
    """A role that `service` assumes, with AWS managed policies attached.

    `policies` maps a short name, which becomes part of the attachment's name, to the path of the managed policy.
    """
    role = aws.iam.Role(
        resource_name,
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions)}],
            }
        ),
        tags=cost_tags.aws(Name=resource_name),
        opts=opts,
    )
    partition = aws.get_partition_output(opts=pulumi.InvokeOptions(parent=opts.parent)).partition
    attachments = [
        aws.iam.RolePolicyAttachment(
            f"{resource_name}-{short}",
            role=role.name,
            policy_arn=pulumi.Output.concat("arn:", partition, ":iam::aws:policy/", path),
            opts=opts,
        )
        for short, path in policies.items()
    ]
    return role, attachments


def pod_identity_role(
    resource_name: str, policies: Mapping[str, str], cost_tags: CostTags, opts: pulumi.ResourceOptions
) -> aws.iam.Role:
    """A role for one service account, handed out by the pod identity agent."""
    role, _ = service_role(
        resource_name,
        "pods.eks.amazonaws.com",
        policies,
        cost_tags,
        opts,
        actions=("sts:AssumeRole", "sts:TagSession"),
    )
    return role
