"""The KMS keys of the components, and where they stand: account, region and partition of the provider in use."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the provider deploys to. All three are known at preview."""

    id: pulumi.Output[str]
    region: pulumi.Output[str]
    partition: pulumi.Output[str]

    @classmethod
    def of(cls, parent: pulumi.Resource) -> "Account":
        """Ask the provider that `parent` uses."""
        opts = pulumi.InvokeOptions(parent=parent)
        return cls(
            id=aws.get_caller_identity_output(opts=opts).account_id,
            region=aws.get_region_output(opts=opts).region,
            partition=aws.get_partition_output(opts=opts).partition,
        )

    def arn(self, service: str, resource: str) -> pulumi.Output[str]:
        """The ARN of a resource of this account and region, known before the resource exists."""
        return pulumi.Output.concat("arn:", self.partition, f":{service}:", self.region, ":", self.id, f":{resource}")


def service_use(service: str, actions: Sequence[str], conditions: Mapping[str, Any]) -> dict[str, Any]:
    """A statement that lets an AWS service use a key, under conditions that tie it to this account's resources."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": sorted(actions),
        "Resource": "*",
        "Condition": conditions,
    }


def log_group_use(account: str, region: str, partition: str, log_group: str) -> dict[str, Any]:
    """A statement that lets CloudWatch Logs encrypt one log group and nothing else."""
    group = f"arn:{partition}:logs:{region}:{account}:log-group:{log_group}"
    return service_use(
        f"logs.{region}.amazonaws.com",
        ("kms:Decrypt", "kms:Describe*", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
        {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
    )


def _control_plane_use(role_arn: str) -> dict[str, Any]:
    """What EKS does with the key that encrypts a cluster's secrets. It names the role, as its ARN is not known yet."""
    return {
        "Sid": "ControlPlane",
        "Effect": "Allow",
        "Principal": {"AWS": role_arn},
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
        "Resource": "*",
    }


def create_key(
    name: str,
    description: str,
    tags: CostTags,
    account: Account,
    opts: pulumi.ResourceOptions,
    *,
    log_group: str | None = None,
    services: Sequence[Mapping[str, Any]] = (),
    control_plane_role: pulumi.Output[str] | None = None,
    region: str = "",
) -> aws.kms.Key:
    """A key that rotates every year, with an alias.

    Who uses it is decided by the account's IAM policies; besides, CloudWatch Logs may for `log_group`, services may
    as the statements in `services` say, and EKS may as the role named `control_plane_role`. `region` is empty in the
    provider's own.
    """
    where = {"region": region} if region else {}

    def policy(known: Sequence[Any]) -> str:
        account_id, region, partition, uses, *roles = known
        statements: list[Any] = [
            {
                "Sid": "AccountDecides",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            *uses,
        ]
        if log_group:
            statements.append(log_group_use(account_id, region, partition, log_group))
        statements += [_control_plane_use(f"arn:{partition}:iam::{account_id}:role/{role}") for role in roles]
        return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)

    roles = [control_plane_role] if control_plane_role else []
    key = aws.kms.Key(
        name,
        description=description,
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=pulumi.Output.all(account.id, account.region, account.partition, list(services), *roles).apply(policy),
        tags=tags.aws(Name=name),
        opts=opts,
        **where,
    )
    aws.kms.Alias(f"{name}-alias", target_key_id=key.key_id, opts=opts, **where)
    return key
