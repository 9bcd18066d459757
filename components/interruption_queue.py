"""The queue through which Karpenter hears that an instance is about to be taken away."""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from apex.tags import CostTags

_EVENTS = {
    "health": ("aws.health", "AWS Health Event"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
}
_KEPT_SECONDS = 300
"""Two minutes after the first notice an instance is gone, and so is the use of its message."""


def create_interruption_queue(name: str, tags: CostTags, opts: pulumi.ResourceOptions) -> aws.sqs.Queue:
    """An encrypted queue that EventBridge alone writes to, and the rules that make it do so."""
    queue = aws.sqs.Queue(
        f"{name}-interruptions",
        message_retention_seconds=_KEPT_SECONDS,
        sqs_managed_sse_enabled=True,
        tags=tags.aws(Name=f"{name}-interruptions"),
        opts=opts,
    )
    rules = {
        event: aws.cloudwatch.EventRule(
            f"{name}-interruption-{event}",
            description=f"Tell Karpenter: {kind}",
            event_pattern=json.dumps({"detail-type": [kind], "source": [source]}, sort_keys=True),
            tags=tags.aws(Name=f"{name}-interruption-{event}"),
            opts=opts,
        )
        for event, (source, kind) in _EVENTS.items()
    }
    policy = aws.sqs.QueuePolicy(
        f"{name}-interruptions",
        queue_url=queue.url,
        policy=pulumi.Output.all(queue.arn, *(rule.arn for rule in rules.values())).apply(_policy),
        opts=opts,
    )
    for event, rule in rules.items():
        aws.cloudwatch.EventTarget(
            f"{name}-interruption-{event}",
            rule=rule.name,
            arn=queue.arn,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy])),
        )
    return queue


def _policy(known: Sequence[str]) -> str:
    queue, *rules = known
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Events",
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue,
                    "Condition": {"ArnEquals": {"aws:SourceArn": rules}},
                },
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": queue,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        },
        sort_keys=True,
    )
