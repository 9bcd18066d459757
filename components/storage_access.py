"""Doors to one prefix of a bucket, each for the roles it names and what they may do there."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.keys import Account
from components.nested_arguments import NestedArguments

_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/.+")
_MOST_LETTERS = 50


class AccessPoint(TypedDict):
    """A door to one prefix of a tier. Its roles need, beside it, only the use of the tier's key."""

    name: str
    """What it is called; its name on AWS begins with the component's and the tier's."""
    prefix: str
    """The prefix that it leads to, such as "frames/"."""
    reader_role_arns: NotRequired[list[pulumi.Input[str]]]
    """Roles that may list the prefix and read its objects. Default: none."""
    writer_role_arns: NotRequired[list[pulumi.Input[str]]]
    """Roles that may write objects under the prefix, and not delete them. Default: none."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC from which alone it can be used. Default: from anywhere, by its roles."""


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """A door as it is made."""

    name: str
    prefix: str
    readers: tuple[pulumi.Input[str], ...]
    writers: tuple[pulumi.Input[str], ...]
    vpc_id: pulumi.Input[str] | None

    def roles(self) -> list[pulumi.Input[str]]:
        """Everybody whom it lets in."""
        return [*self.readers, *self.writers]

    def full_name(self, bucket: str) -> str:
        """Its name on AWS, known before the bucket's own."""
        return f"{bucket}-{self.name}"

    def arn(self, bucket: str, account: Account) -> pulumi.Output[str]:
        """Its ARN, known at preview."""
        return account.arn("s3", f"accesspoint/{self.full_name(bucket)}")


def read_access_points(check: NestedArguments, component: str, tier: str) -> tuple[AccessPlan, ...]:
    """The doors that `access_points` asks for; one that lets in everybody, or nobody, is refused."""
    points = []
    for item in check.items("access_points"):
        item.allow_only(AccessPoint.__annotations__)
        point = AccessPlan(
            name=item.text("name", r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", 'lower-case letters, digits and "-"'),
            prefix=item.text("prefix", r"(?!/)[^\x00-\x1f*?]{1,499}/", 'a key prefix such as "frames/"'),
            readers=tuple(item.given("reader_role_arns", ())),
            writers=tuple(item.given("writer_role_arns", ())),
            vpc_id=item.given("vpc_id", None),
        )
        full = point.full_name(f"{component}-{tier}")
        if len(full) > _MOST_LETTERS:
            item.refuse(
                "name", f'"{full}" has {len(full)} letters, an access point at most {_MOST_LETTERS}; shorten it'
            )
        if not point.roles():
            item.refuse("reader_role_arns", "and writer_role_arns are both empty; name at least one role")
        for argument, roles in (("reader_role_arns", point.readers), ("writer_role_arns", point.writers)):
            for role in roles:
                if isinstance(role, str) and not _ROLE.fullmatch(role):
                    item.refuse(argument, f'"{role}" is not the ARN of a role; name exact roles')
        points.append(point)
    names = [point.name for point in points]
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        check.refuse("access_points", f'"{repeated}" is there twice; give each a name of its own')
    return tuple(points)


def open_access_points(
    bucket_name: str,
    bucket: pulumi.Output[str],
    points: Sequence[AccessPlan],
    tags: CostTags,
    account: Account,
    opts: pulumi.ResourceOptions,
) -> dict[str, pulumi.Output[str]]:
    """The doors; their ARNs by name."""
    arns = {}
    for point in points:
        arn = point.arn(bucket_name, account)
        made = aws.s3.AccessPoint(
            f"{bucket_name}-{point.name}",
            name=point.full_name(bucket_name),
            bucket=bucket,
            policy=pulumi.Output.all(arn, list(point.readers), list(point.writers), point.prefix).apply(_policy),
            public_access_block_configuration={
                "block_public_acls": True,
                "block_public_policy": True,
                "ignore_public_acls": True,
                "restrict_public_buckets": True,
            },
            vpc_configuration={"vpc_id": point.vpc_id} if point.vpc_id is not None else None,
            tags=tags.aws(Name=point.full_name(bucket_name)),
            opts=opts,
        )
        arns[point.name] = made.arn
    return arns


def bucket_statement(bucket_arn: str, point_arn: str, prefix: str, roles: Sequence[str]) -> dict[str, Any]:
    """What the bucket itself allows to those who come through a door: S3 asks both policies."""
    return {
        "Sid": f"Through{re.sub(r'[^A-Za-z0-9]', '', point_arn.rpartition('/')[2].title())}",
        "Effect": "Allow",
        "Principal": {"AWS": sorted(set(roles))},
        "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
        "Resource": [bucket_arn, f"{bucket_arn}/{prefix}*"],
        "Condition": {"StringEquals": {"s3:DataAccessPointArn": point_arn}},
    }


def _policy(known: Sequence[Any]) -> str:
    arn, readers, writers, prefix = known
    objects = f"{arn}/object/{prefix}*"
    statements: list[dict[str, Any]] = []
    if readers:
        statements += [
            {
                "Sid": "List",
                "Effect": "Allow",
                "Principal": {"AWS": sorted(readers)},
                "Action": "s3:ListBucket",
                "Resource": arn,
                "Condition": {"StringLike": {"s3:prefix": f"{prefix}*"}},
            },
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"AWS": sorted(readers)},
                "Action": "s3:GetObject",
                "Resource": objects,
            },
        ]
    if writers:
        statements.append(
            {
                "Sid": "Write",
                "Effect": "Allow",
                "Principal": {"AWS": sorted(writers)},
                "Action": ["s3:AbortMultipartUpload", "s3:PutObject"],
                "Resource": objects,
            }
        )
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
