"""Who is told when a pipeline is late, fails, or lets its data get worse."""

from typing import Any

import pulumi
import pulumi_aws as aws

from components.pipeline_options import PipelinePlan
from components.pipeline_site import Site
from components.pipeline_states import METRIC_DIMENSION, METRIC_NAMESPACE

_MINUTES_5, _DAY = 300, 86_400


def create_alerts(site: Site, plan: PipelinePlan) -> aws.sns.Topic:
    """The topic that alarms tell, and its subscribers."""
    topic = aws.sns.Topic(
        f"{site.name}-alerts",
        name=f"{site.name}-alerts",
        kms_master_key_id=site.key.id,
        tags=site.marks("alerts"),
        opts=site.child,
    )
    aws.sns.TopicPolicy(
        f"{site.name}-alerts",
        arn=topic.arn,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Alarms",
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudwatch.amazonaws.com"},
                        "Action": "sns:Publish",
                        "Resource": pulumi.Output.concat(site.account.arn("sns", ""), topic.name),
                        "Condition": {"StringEquals": {"aws:SourceAccount": site.account.id}},
                    }
                ],
            },
            sort_keys=True,
        ),
        opts=site.child,
    )
    for index, email in enumerate(plan.emails):
        aws.sns.TopicSubscription(
            f"{site.name}-alerts-{index}", topic=topic.arn, protocol="email", endpoint=email, opts=site.child
        )
    return topic


def watch_latency(site: Site, topic: aws.sns.Topic, plan: PipelinePlan, parts: list[dict[str, Any]]) -> None:
    """One alarm on what the parts of the way take together; each is a metric and how many of its units are a second."""
    queries: list[dict[str, Any]] = []
    terms = []
    for index, part in enumerate(parts):
        name = f"m{index}"
        metric = {key: part[key] for key in ("namespace", "metric_name", "dimensions")}
        queries.append({"id": name, "metric": {**metric, "period": _MINUTES_5, "stat": "Maximum"}})
        terms.append(f"FILL({name}, 0) / {part['per_second']}")
    queries.append({"id": "total", "expression": " + ".join(terms), "label": "seconds", "return_data": True})
    _alarm(
        site, topic, "latency", f"The pipeline {site.pipeline} takes longer than {plan.latency_seconds} seconds",
        metric_queries=queries, comparison_operator="GreaterThanThreshold", threshold=plan.latency_seconds,
        evaluation_periods=2, datapoints_to_alarm=2, treat_missing_data="notBreaching",
    )  # fmt: skip


def watch_failures(site: Site, topic: aws.sns.Topic, suffix: str, machine: aws.sfn.StateMachine) -> None:
    """Tell of runs that failed."""
    _alarm(
        site, topic, suffix, f"Runs of {suffix} of the pipeline {site.pipeline} failed",
        namespace="AWS/States", metric_name="ExecutionsFailed", dimensions={"StateMachineArn": machine.arn},
        statistic="Sum", period=_MINUTES_5, comparison_operator="GreaterThanThreshold", threshold=0,
        evaluation_periods=1, treat_missing_data="notBreaching",
    )  # fmt: skip


def watch_quality(site: Site, topic: aws.sns.Topic, metric: str, least: float) -> None:
    """Tell when a measure falls below what was promised; it is taken every day."""
    _alarm(
        site, topic, metric, f"{metric} of the pipeline {site.pipeline} is below {least:g}",
        namespace=METRIC_NAMESPACE, metric_name=metric, dimensions={METRIC_DIMENSION: site.name},
        statistic="Minimum", period=_DAY, comparison_operator="LessThanThreshold", threshold=least,
        evaluation_periods=1, treat_missing_data="missing",
    )  # fmt: skip


def _alarm(site: Site, topic: aws.sns.Topic, suffix: str, description: str, **settings: Any) -> None:
    aws.cloudwatch.MetricAlarm(
        f"{site.name}-{suffix}",
        name=f"{site.name}-{suffix}",
        alarm_description=description,
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
        tags=site.marks(suffix),
        opts=site.child,
        **settings,
    )
