"""A bucket as every bucket is here: versioned, encrypted, private, TLS only, owned by the account."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.object_lock import LockPlan
from components.storage_access import bucket_statement
from components.storage_lifecycle import Lifecycle

_MULTIPART_DAYS = 7


@dataclass(frozen=True, slots=True)
class BucketPlan:
    """What differs between buckets. `region` is empty in the provider's own."""

    name: str
    tags: CostTags
    lifecycles: tuple[Lifecycle, ...] = ()
    noncurrent_days: int = 30
    noncurrent_versions: int | None = None
    key_arn: pulumi.Input[str] | None = None
    """The KMS key; without one the bucket is encrypted with S3's own keys."""
    lock: LockPlan | None = None
    access_points: tuple[tuple[pulumi.Output[str], str, tuple[pulumi.Input[str], ...]], ...] = ()
    """ARN, prefix and roles of the doors to it."""
    force_destroy: bool = False
    protect: bool = False
    region: str = ""
    vpc_endpoint_ids: Sequence[pulumi.Input[str]] = ()
    exempt_role_arns: Sequence[pulumi.Input[str]] = ()
    log_account_id: pulumi.Input[str] | None = None
    """The account whose buckets write their access logs and inventories here; None where nobody does."""


@dataclass(frozen=True, slots=True)
class MadeBucket:
    """A bucket and what must exist before others build on it."""

    bucket: aws.s3.Bucket
    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    versioning: aws.s3.BucketVersioning
    policy: aws.s3.BucketPolicy


def create_bucket(plan: BucketPlan, partition: pulumi.Output[str], parent: pulumi.Resource) -> MadeBucket:
    """The bucket of `plan` with everything that guards it."""
    opts = pulumi.ResourceOptions(parent=parent)
    where = {"region": plan.region} if plan.region else {}
    bucket = aws.s3.Bucket(
        plan.name,
        force_destroy=plan.force_destroy,
        object_lock_enabled=plan.lock is not None,
        tags=plan.tags.aws(Name=plan.name),
        opts=pulumi.ResourceOptions(parent=parent, protect=plan.protect or None),
        **where,
    )
    # The name is made up before the bucket is: its ARN can be judged at preview, the computed one cannot.
    arn = pulumi.Output.concat("arn:", partition, ":s3:::", bucket.bucket)
    versioning = aws.s3.BucketVersioning(
        plan.name,
        bucket=bucket.bucket,
        versioning_configuration={"status": "Enabled"},
        opts=opts,
        **where,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        plan.name, bucket=bucket.bucket, rules=[_encryption(plan)], opts=opts, **where
    )
    aws.s3.BucketOwnershipControls(
        plan.name, bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=opts, **where
    )
    block = aws.s3.BucketPublicAccessBlock(
        plan.name,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
        **where,
    )
    policy = aws.s3.BucketPolicy(
        plan.name,
        bucket=bucket.bucket,
        policy=_policy(plan, arn),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[block]),
        **where,
    )
    if plan.lock and plan.lock.days:
        aws.s3.BucketObjectLockConfiguration(
            plan.name,
            bucket=bucket.bucket,
            rule={"default_retention": {"mode": plan.lock.mode.value, "days": plan.lock.days}},
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[versioning]),
            **where,
        )
    aws.s3.BucketLifecycleConfiguration(
        plan.name,
        bucket=bucket.bucket,
        # Small objects among large ones are left where they are: moving them costs more than it saves.
        transition_default_minimum_object_size="all_storage_classes_128K",
        rules=[*(lifecycle.rule() for lifecycle in plan.lifecycles), _housekeeping(plan)],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[versioning]),
        **where,
    )
    return MadeBucket(bucket, bucket.bucket, arn, versioning, policy)


def _encryption(plan: BucketPlan) -> dict[str, Any]:
    if plan.key_arn is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": plan.key_arn},
        "bucket_key_enabled": True,
    }


def _housekeeping(plan: BucketPlan) -> dict[str, Any]:
    """What would otherwise be billed unseen: old versions, uploads never finished, markers of deleted objects."""
    noncurrent: dict[str, Any] = {"noncurrent_days": plan.noncurrent_days}
    if plan.noncurrent_versions is not None:
        noncurrent["newer_noncurrent_versions"] = plan.noncurrent_versions
    return {
        "id": "housekeeping",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrent_version_expiration": noncurrent,
        "abort_incomplete_multipart_upload": {"days_after_initiation": _MULTIPART_DAYS},
        "expiration": {"expired_object_delete_marker": True},
    }


def _policy(plan: BucketPlan, arn: pulumi.Output[str]) -> pulumi.Output[str]:
    holders = list(plan.lock.legal_hold_role_arns) if plan.lock else []
    doors = [{"arn": door, "prefix": prefix, "roles": list(roles)} for door, prefix, roles in plan.access_points]

    def render(known: Mapping[str, Any]) -> str:
        bucket = known["arn"]
        statements = _statements(plan, bucket, known["endpoints"], known["exempt"])
        if known["account"] is not None:
            statements.append(_deliveries(bucket, known["account"]))
        if known["holders"]:
            statements.append(_legal_holds(bucket, known["holders"]))
        statements += [bucket_statement(bucket, door["arn"], door["prefix"], door["roles"]) for door in known["doors"]]
        return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)

    return pulumi.Output.all(
        arn=arn,
        account=plan.log_account_id,
        endpoints=list(plan.vpc_endpoint_ids),
        exempt=list(plan.exempt_role_arns),
        holders=holders,
        doors=doors,
    ).apply(render)


def _legal_holds(arn: str, holders: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": "LegalHolds",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObjectLegalHold",
        "Resource": f"{arn}/*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": sorted(holders)}},
    }


def _deliveries(arn: str, account: str) -> dict[str, Any]:
    return {
        "Sid": "Deliveries",
        "Effect": "Allow",
        "Principal": {"Service": ["logging.s3.amazonaws.com", "s3.amazonaws.com"]},
        "Action": "s3:PutObject",
        "Resource": f"{arn}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }


def _statements(plan: BucketPlan, arn: str, endpoints: Sequence[str], exempt: Sequence[str]) -> list[dict[str, Any]]:
    deny: dict[str, Any] = {"Effect": "Deny", "Principal": "*"}
    statements = [
        {
            **deny,
            "Sid": "TlsOnly",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            **deny,
            "Sid": "RecentTlsOnly",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        },
    ]
    if plan.key_arn is not None:
        statements.append(
            {
                **deny,
                "Sid": "NoOtherEncryption",
                "Action": "s3:PutObject",
                "Resource": f"{arn}/*",
                "Condition": {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}},
            }
        )
    if endpoints:
        condition: dict[str, Any] = {
            "StringNotEquals": {"aws:SourceVpce": list(endpoints)},
            "Bool": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
        }
        if exempt:
            condition["ArnNotEquals"] = {"aws:PrincipalArn": list(exempt)}
        statements.append(
            {
                **deny,
                "Sid": "FromTheNetworkOnly",
                # Data only: who administers the bucket is elsewhere, and must not be locked out.
                "Action": ["s3:DeleteObject*", "s3:GetObject*", "s3:ListBucket*", "s3:PutObject*"],
                "Resource": [arn, f"{arn}/*"],
                "Condition": condition,
            }
        )
    return statements
