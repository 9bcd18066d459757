"""Who may use a cluster's API: access entries, one a principal."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.arguments import Arguments

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class ClusterPermission(StrEnum):
    """What an access entry lets its principal do; the names of EKS's own access policies."""

    VIEW = "AmazonEKSViewPolicy"
    """See everything but secrets."""
    EDIT = "AmazonEKSEditPolicy"
    """Change workloads, and see secrets."""
    ADMIN = "AmazonEKSAdminPolicy"
    """Also hand out permissions within the namespaces."""
    CLUSTER_ADMIN = "AmazonEKSClusterAdminPolicy"
    """Everything in the whole cluster."""


class ClusterAccess(TypedDict):
    """Who may use the cluster's API, and how far. Give `permission`, `kubernetes_groups` or both."""

    name: str
    """A short name, part of the resource's name."""
    principal_arn: pulumi.Input[str]
    """The IAM role or user."""
    permission: NotRequired[ClusterPermission]
    """What it may do. Default: what its groups may."""
    namespaces: NotRequired[list[str]]
    """The namespaces it may do it in. Default: everywhere."""
    kubernetes_groups: NotRequired[list[str]]
    """Groups it belongs to, such as the `developer_groups` of a `TeamNamespace`. Default: none."""


def check_access(read: Arguments, entries: Sequence[Mapping[str, Any]]) -> None:
    """Refuse entries that permit nothing, or more than they seem to."""
    names = [str(entry.get("name", "")) for entry in entries]
    for index, (name, entry) in enumerate(zip(names, entries, strict=True)):
        place = f"access[{index}]"
        if not _NAME.fullmatch(name) or names.index(name) < index:
            read.refuse(f"{place}.name", f'"{name}" cannot name one entry; use distinct names of a-z, 0-9 and -')
        permission, groups = entry.get("permission"), list(entry.get("kubernetes_groups") or ())
        if permission is None and not groups:
            read.refuse(f"{place}.permission", "and kubernetes_groups are both missing; name one of them")
        known = [member.value for member in ClusterPermission]
        if permission is not None and permission not in known:
            read.refuse(f"{place}.permission", f'"{permission}" is not known; use one of {", ".join(known)}')
        if entry.get("namespaces") and permission is None:
            read.refuse(f"{place}.namespaces", "bound a permission, and there is none; name one or leave them out")
        if entry.get("namespaces") and permission == ClusterPermission.CLUSTER_ADMIN:
            read.refuse(f"{place}.permission", f"{permission.value} knows no namespaces; use {ClusterPermission.ADMIN}")
        for group in groups:
            if group.startswith("system:"):
                read.refuse(
                    f"{place}.kubernetes_groups", f'"{group}" is a group of Kubernetes itself; name a team\'s own'
                )


def give_access(
    cluster_component: str,
    entries: Sequence[Mapping[str, Any]],
    cluster_name: pulumi.Output[str],
    partition: pulumi.Output[str],
    tags: CostTags,
    opts: pulumi.ResourceOptions,
) -> None:
    """The entries; one with a permission has EKS's policy of that name, in its namespaces or everywhere."""
    for access in entries:
        name = f"{cluster_component}-access-{access['name']}"
        groups = access.get("kubernetes_groups")
        entry = aws.eks.AccessEntry(
            name,
            cluster_name=cluster_name,
            principal_arn=access["principal_arn"],
            kubernetes_groups=list(groups) if groups else None,
            tags=tags.aws(Name=name),
            opts=opts,
        )
        if access.get("permission") is None:
            continue
        namespaces = access.get("namespaces")
        scope = {"type": "namespace", "namespaces": namespaces} if namespaces else {"type": "cluster"}
        aws.eks.AccessPolicyAssociation(
            f"{name}-policy",
            cluster_name=cluster_name,
            principal_arn=entry.principal_arn,
            policy_arn=pulumi.Output.concat(
                "arn:", partition, ":eks::aws:cluster-access-policy/", ClusterPermission(access["permission"]).value
            ),
            access_scope=scope,
            opts=opts,
        )
