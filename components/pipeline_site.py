"""Where the parts of one pipeline stand: its names, tags, account and key, and the roles they run with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.keys import Account

Statement = dict[str, Any]
"""A statement of an IAM policy; its values may be Outputs."""


@dataclass(frozen=True, slots=True)
class Site:
    """The place of one pipeline."""

    name: str
    pipeline: str
    tags: CostTags
    account: Account
    child: pulumi.ResourceOptions
    key: aws.kms.Key
    logs: aws.cloudwatch.LogGroup

    def marks(self, suffix: str, **extra: str) -> dict[str, str]:
        """The tags of a part; `pipeline` is what the bill looks for, to find the usage that was declared."""
        return self.tags.aws(Name=f"{self.name}-{suffix}", pipeline=self.pipeline, **extra)

    def after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """The options of a part that needs `resources` first."""
        return pulumi.ResourceOptions(parent=self.child.parent, depends_on=list(resources))

    def role_arn(self, role: aws.iam.Role) -> pulumi.Output[str]:
        """The ARN of a role, known before it exists, so that grants can be judged at preview."""
        return pulumi.Output.concat("arn:", self.account.partition, ":iam::", self.account.id, ":role/", role.name)

    def bucket_arn(self, bucket: pulumi.Input[str], rest: pulumi.Input[str] = "") -> pulumi.Output[str]:
        """The ARN of a bucket, or of what `rest` matches in it."""
        return pulumi.Output.concat("arn:", self.account.partition, ":s3:::", bucket, rest)

    def role(
        self, suffix: str, service: str, statements: Sequence[Statement]
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """A role that `service` takes for this account's resources, and its policy."""
        role = self.bare_role(suffix, service)
        return role, self.grant(suffix, role, statements)

    def role_for(
        self, suffix: str, taker: aws.iam.Role, statements: Sequence[Statement]
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """A role that the role `taker` takes, and its policy."""
        trust = {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"AWS": self.role_arn(taker)}}
        role = self._make_role(suffix, trust)
        return role, self.grant(suffix, role, statements)

    def bare_role(self, suffix: str, service: str) -> aws.iam.Role:
        """A role that may do nothing yet."""
        trust: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"]}
        if service.startswith("pods."):
            trust["Action"] = ["sts:AssumeRole", "sts:TagSession"]
        else:
            trust["Condition"] = {"StringEquals": {"aws:SourceAccount": self.account.id}}
        return self._make_role(suffix, trust)

    def grant(self, suffix: str, role: aws.iam.Role, statements: Sequence[Statement]) -> aws.iam.RolePolicy:
        """What `role` may do."""
        return aws.iam.RolePolicy(f"{self.name}-{suffix}", role=role.name, policy=policy(*statements), opts=self.child)

    def _make_role(self, suffix: str, trust: Statement) -> aws.iam.Role:
        return aws.iam.Role(
            f"{self.name}-{suffix}", assume_role_policy=policy(trust), tags=self.marks(suffix), opts=self.child
        )

    def objects(self, sid: str, actions: Sequence[str], *arns: pulumi.Input[str]) -> Statement:
        """What may be done with exactly these objects."""
        return allow(sid, actions, *arns)

    def bucket_key(self, bucket: pulumi.Input[str]) -> Statement:
        """The use of whatever key `bucket` is encrypted with, through S3 and for that bucket only.

        The key's ARN is not known before it exists; S3 tells KMS the bucket, which is.
        """
        return self.keyed("BucketKey", "s3", "aws:s3:arn", self.bucket_arn(bucket))

    def keyed(self, sid: str, service: str, context: str, arn: pulumi.Input[str]) -> Statement:
        """The use of the key of one resource of `service`, which names the resource in its encryption context."""
        via = pulumi.Output.concat(service, ".", self.account.region, ".amazonaws.com")
        statement = allow(sid, ("kms:Decrypt", "kms:GenerateDataKey"), self.account.arn("kms", "key/*"))
        condition = {"kms:ViaService": via, f"kms:EncryptionContext:{context}": arn}
        return {**statement, "Condition": {"StringEquals": condition}}


def allow(
    sid: str, actions: Sequence[str], *resources: pulumi.Input[str], **conditions: Mapping[str, Any]
) -> Statement:
    """A statement that allows `actions` on `resources`."""
    found: Statement = {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
    return {**found, "Condition": conditions} if conditions else found


def policy(*statements: Statement) -> pulumi.Output[str]:
    """The policy document of these statements; repeated Sids get a number."""
    seen: dict[str, int] = {}
    numbered = []
    for statement in statements:
        if (sid := statement.get("Sid")) is not None:
            seen[sid] = seen.get(sid, 0) + 1
            statement = {**statement, "Sid": sid if seen[sid] == 1 else f"{sid}{seen[sid]}"}
        numbered.append(statement)
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": numbered}, sort_keys=True)
