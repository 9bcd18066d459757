"""The copy of a tier in another region."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pulumi
import pulumi_aws as aws

from components.keys import Account, create_key
from components.storage_bucket import BucketPlan, MadeBucket, create_bucket


def replicate(
    plan: BucketPlan, source: MadeBucket, region: str, account: Account, parent: pulumi.Resource
) -> MadeBucket:
    """A bucket like `plan`'s in `region`, encrypted with a key of that region, to which new objects are copied."""
    name = f"{plan.name}-replica"
    key = create_key(
        f"{name}-data",
        "Copies of data in the storage tiers",
        plan.tags,
        account,
        pulumi.ResourceOptions(parent=parent, protect=plan.protect or None),
        region=region,
    )
    target = create_bucket(
        replace(
            plan, name=name, key_arn=key.arn, region=region, vpc_endpoint_ids=(), exempt_role_arns=(), access_points=()
        ),
        account.partition,
        parent,
    )
    role_name = f"{plan.name}-replication"
    role = aws.iam.Role(
        role_name,
        name=role_name,
        assume_role_policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "s3.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
                    }
                ],
            }
        ),
        tags=plan.tags.aws(Name=role_name),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    keys = pulumi.Output.all(plan.key_arn, key.arn, source.arn, target.arn)
    policy = aws.iam.RolePolicy(
        role_name, role=role.name, policy=keys.apply(_policy), opts=pulumi.ResourceOptions(parent=parent)
    )
    aws.s3.BucketReplicationConfig(
        role_name,
        bucket=source.name,
        role=role.arn,
        rules=[
            {
                "id": "all",
                "status": "Enabled",
                "priority": 0,
                "filter": {"prefix": ""},
                "delete_marker_replication": {"status": "Enabled"},
                "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
                "destination": {
                    "bucket": target.arn,
                    "encryption_configuration": {"replica_kms_key_id": key.arn},
                },
            }
        ],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[source.versioning, target.versioning, policy]),
    )
    return target


def _policy(known: Sequence[str]) -> str:
    source_key, target_key, source, target = known
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                    "Resource": source,
                },
                {
                    "Effect": "Allow",
                    "Action": [
                        "s3:GetObjectLegalHold",
                        "s3:GetObjectRetention",
                        "s3:GetObjectVersionAcl",
                        "s3:GetObjectVersionForReplication",
                        "s3:GetObjectVersionTagging",
                    ],
                    "Resource": f"{source}/*",
                },
                {
                    "Effect": "Allow",
                    "Action": ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"],
                    "Resource": f"{target}/*",
                },
                {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": source_key},
                {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:GenerateDataKey"], "Resource": target_key},
            ],
        },
        sort_keys=True,
    )
