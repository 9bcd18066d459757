"""Who may do what with which topics: IAM policies on exact topics, one a principal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.keys import Account
from components.nested_arguments import NestedArguments

_CONNECT = ("kafka-cluster:Connect", "kafka-cluster:DescribeCluster")
_PRODUCE = ("kafka-cluster:DescribeTopic", "kafka-cluster:WriteData")
_CONSUME = ("kafka-cluster:DescribeTopic", "kafka-cluster:ReadData")
_GROUP = ("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup")


class KafkaPrincipal(TypedDict):
    """A service that writes to or reads from topics."""

    name: str
    """What it is called; the policy's name begins with the component's and this."""
    produce: NotRequired[list[str]]
    """Topics it writes to. Default: none."""
    consume: NotRequired[list[str]]
    """Topics it reads from. Default: none."""
    consumer_groups: NotRequired[list[str]]
    """Consumer groups it reads with; a `*` at the end stands for anything. Default: all that begin with its name and
    a dash, and its name."""
    role_name: NotRequired[pulumi.Input[str]]
    """A role that gets the policy. Default: none, the policy is attached by whoever has the role."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal as it is made."""

    name: str
    produce: tuple[str, ...]
    consume: tuple[str, ...]
    groups: tuple[str, ...]
    role_name: pulumi.Input[str] | None

    def policy(self, cluster_arn_pattern: str) -> str:
        """The policy: connect to the cluster, write to and read from exactly these topics."""

        def arns(kind: str, names: Sequence[str]) -> list[str]:
            # The cluster's ARN ends in a UUID that is not known before it exists; its name is.
            base = cluster_arn_pattern.replace(":cluster/", f":{kind}/")
            return [f"{base}/{name}" for name in names]

        statements: list[dict[str, object]] = [
            {"Sid": "Connect", "Effect": "Allow", "Action": list(_CONNECT), "Resource": cluster_arn_pattern}
        ]
        for sid, actions, resources in (
            ("Produce", _PRODUCE, arns("topic", self.produce)),
            ("Consume", _CONSUME, arns("topic", self.consume)),
            ("Groups", _GROUP, arns("group", self.groups if self.consume else ())),
        ):
            if resources:
                statements.append({"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources})
        return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def read_principals(check: NestedArguments, args: Mapping[str, object], topics: Sequence[str]) -> tuple[Principal, ...]:
    """The principals that the arguments name; where topics are declared, they can use no other."""
    given = args.get("principals")
    roles = [item.get("role_name") for item in given] if isinstance(given, list) else []
    principals = []
    for item, role in zip(check.items("principals"), roles, strict=True):
        item.allow_only(KafkaPrincipal.__annotations__)
        name = item.text("name", r"[a-z0-9][a-z0-9-]{0,39}", 'at most 40 lower-case letters, digits and "-"')
        produce, consume = item.texts("produce"), item.texts("consume")
        if not produce and not consume:
            item.refuse("produce", "and consume are both empty; name at least one topic")
        for argument, names in (("produce", produce), ("consume", consume)):
            for topic in names:
                if "*" in topic:
                    item.refuse(argument, f'"{topic}" is a pattern; name exact topics')
                elif topics and topic not in topics:
                    item.refuse(argument, f'"{topic}" is not a topic of this cluster; use {", ".join(sorted(topics))}')
        groups = item.texts("consumer_groups", (name, f"{name}-*"))
        for group in groups:
            if group.startswith("*"):
                item.refuse("consumer_groups", f'"{group}" is everybody\'s; begin it with a name')
        principals.append(Principal(name, produce, consume, groups, role))
    names_seen = [principal.name for principal in principals]
    for repeated in sorted({name for name in names_seen if names_seen.count(name) > 1}):
        check.refuse("principals", f'"{repeated}" is there twice; write each once')
    return tuple(principals)


def grant(
    name: str,
    principals: Sequence[Principal],
    cluster_name: pulumi.Output[str],
    account: Account,
    tags: CostTags,
    opts: pulumi.ResourceOptions,
) -> dict[str, pulumi.Output[str]]:
    """A managed policy for each principal, attached where a role is named; their ARNs by principal."""
    pattern = account.arn("kafka", "cluster/")
    arns = {}
    for principal in principals:
        policy = aws.iam.Policy(
            f"{name}-{principal.name}-access",
            description=f"What {principal.name} may do with the topics of {name}",
            policy=pulumi.Output.concat(pattern, cluster_name, "/*").apply(principal.policy),
            tags=tags.aws(Name=f"{name}-{principal.name}-access"),
            opts=opts,
        )
        if principal.role_name is not None:
            aws.iam.RolePolicyAttachment(
                f"{name}-{principal.name}-access", role=principal.role_name, policy_arn=policy.arn, opts=opts
            )
        arns[principal.name] = policy.arn
    return arns


def admit_firehose(name: str, cluster_arn: pulumi.Output[str], account: Account, opts: pulumi.ResourceOptions) -> None:
    """Let Firehose connect to the cluster for this account's streams; what they read is decided by their roles."""
    aws.msk.ClusterPolicy(
        f"{name}-firehose",
        cluster_arn=cluster_arn,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Firehose",
                        "Effect": "Allow",
                        "Principal": {"Service": "firehose.amazonaws.com"},
                        "Action": ["kafka:CreateVpcConnection"],
                        "Resource": cluster_arn,
                        "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
                    }
                ],
            },
            sort_keys=True,
        ),
        opts=opts,
    )
