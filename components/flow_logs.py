"""The flow logs of a VPC: who talked to whom, kept encrypted."""

import json

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags
from components.keys import Account, create_key


def create_flow_logs(
    network: str,
    vpc_id: pulumi.Output[str],
    retention_days: int,
    tags: CostTags,
    account: Account,
    opts: pulumi.ResourceOptions,
) -> None:
    """A flow log of the VPC of `network`, its encrypted log group, and the role that may write to that group alone."""
    name = f"{network}-flow-logs"
    log_group = f"/apex/{tags.environment}/{network}/flow-logs"
    key = create_key(f"{network}-logs", "Flow logs", tags, account, opts, log_group=log_group)
    group = aws.cloudwatch.LogGroup(
        name,
        name=log_group,
        retention_in_days=retention_days,
        kms_key_id=key.arn,
        tags=tags.aws(Name=name),
        opts=opts,
    )
    role = aws.iam.Role(
        name,
        assume_role_policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
                    }
                ],
            }
        ),
        tags=tags.aws(Name=name),
        opts=opts,
    )
    aws.iam.RolePolicy(
        name,
        role=role.name,
        policy=account.arn("logs", f"log-group:{log_group}").apply(_flow_log_policy),
        opts=opts,
    )
    aws.ec2.FlowLog(
        name,
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=600,
        tags=tags.aws(Name=name),
        opts=opts,
    )


def _flow_log_policy(log_group_arn: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    "Resource": [log_group_arn, f"{log_group_arn}:log-stream:*"],
                }
            ],
        }
    )
