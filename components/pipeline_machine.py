"""The state machines of a pipeline, what starts them, and what they may do."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.pipeline_site import Site, Statement, allow

_START = ("states:StartExecution",)
_KEY_REUSE_SECONDS = 300


def logging_statements(site: Site) -> list[Statement]:
    """What every state machine needs: to log, to trace, and to use its key."""
    mine = {"StringEquals": {"aws:PrincipalAccount": site.account.id}}
    deliveries = (
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    )
    # Neither service knows resources of these actions.
    return [
        allow("Logs", deliveries, "*", **mine),
        allow("Trace", ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords",
                        "xray:PutTraceSegments"), "*", **mine),
    ]  # fmt: skip


def machine_arn(site: Site, name: str, kind: str = "stateMachine") -> pulumi.Output[str]:
    """The ARN of a state machine, or the start of those of its executions, known before it exists."""
    return site.account.arn("states", f"{kind}:{name}")


def map_statements(site: Site, name: str) -> list[Statement]:
    """What a state machine needs to run parts of itself as executions of their own."""
    runs = pulumi.Output.concat(machine_arn(site, name, "execution"), "/*")
    return [
        allow("Parts", _START, machine_arn(site, name)),
        allow("Runs", ("states:DescribeExecution", "states:StopExecution"), runs,
              pulumi.Output.concat(machine_arn(site, name, "execution"), ":*")),
    ]  # fmt: skip


def create_machine(
    site: Site,
    suffix: str,
    role: aws.iam.Role,
    granted: aws.iam.RolePolicy,
    definition: Any,
    processors: Sequence[str],
    runs: str,
) -> aws.sfn.StateMachine:
    """A state machine that is encrypted, logs what fails and is traced."""
    name = f"{site.name}-{suffix}"
    key = {
        "type": "CUSTOMER_MANAGED_KMS_KEY",
        "kms_key_id": site.key.arn,
        "kms_data_key_reuse_period_seconds": _KEY_REUSE_SECONDS,
    }
    # The definition holds what is known only when it is deployed: what it calls and how often, so what it costs, is
    # said beside it.
    extra = {"runs": runs, **({"processors": ".".join(sorted(processors))} if processors else {})}
    return aws.sfn.StateMachine(
        name,
        name=name,
        role_arn=role.arn,
        type="STANDARD",
        definition=pulumi.Output.json_dumps(definition, sort_keys=True),
        encryption_configuration=key,
        logging_configuration={
            "level": "ERROR",
            "include_execution_data": False,
            "log_destination": pulumi.Output.concat(site.logs.arn, ":*"),
        },
        tracing_configuration={"enabled": True},
        tags=site.marks(suffix, **extra),
        opts=site.after(granted),
    )


def start_on_objects(
    site: Site, machine: aws.sfn.StateMachine, bucket: pulumi.Input[str], prefix: str, template: str
) -> None:
    """Start the machine for each object that appears below a prefix; the bucket has to tell EventBridge."""
    role, granted = _starter(site, "arrival", "events.amazonaws.com", machine)
    rule = aws.cloudwatch.EventRule(
        f"{site.name}-arrival",
        name=f"{site.name}-arrival",
        description=f"Objects for the pipeline {site.pipeline}",
        event_pattern=pulumi.Output.json_dumps(
            {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": prefix}]}},
            },
            sort_keys=True,
        ),
        tags=site.marks("arrival"),
        opts=site.child,
    )
    aws.cloudwatch.EventTarget(
        f"{site.name}-arrival",
        rule=rule.name,
        arn=machine.arn,
        role_arn=role.arn,
        input_transformer={
            "input_paths": {"bucket": "$.detail.bucket.name", "key": "$.detail.object.key"},
            "input_template": template,
        },
        retry_policy={"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 10},
        opts=site.after(granted),
    )


def start_by_clock(site: Site, suffix: str, machine: aws.sfn.StateMachine, rate: str, given: Any) -> None:
    """Start the machine again and again."""
    role, granted = _starter(site, suffix, "scheduler.amazonaws.com", machine)
    _schedule(site, suffix, rate, machine.arn, role, granted, given)


def run_job_by_clock(site: Site, suffix: str, job: aws.glue.Job, rate: str) -> None:
    """Run a Glue job again and again."""
    arn = pulumi.Output.concat(site.account.arn("glue", "job/"), job.name)
    role, granted = site.role(suffix, "scheduler.amazonaws.com", [allow("Start", ("glue:StartJobRun",), arn)])
    call = "arn:aws:scheduler:::aws-sdk:glue:startJobRun"
    _schedule(site, suffix, rate, call, role, granted, {"JobName": job.name})


def _starter(
    site: Site, suffix: str, service: str, machine: aws.sfn.StateMachine
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    arn = pulumi.Output.concat(site.account.arn("states", "stateMachine:"), machine.name)
    statements = [allow("Start", _START, arn), site.keyed("Key", "states", "aws:states:stateMachineArn", arn)]
    return site.role(suffix, service, statements)


def _schedule(
    site: Site,
    suffix: str,
    rate: str,
    target: pulumi.Input[str],
    role: aws.iam.Role,
    granted: aws.iam.RolePolicy,
    given: Any,
) -> None:
    aws.scheduler.Schedule(
        f"{site.name}-{suffix}",
        name=f"{site.name}-{suffix}",
        description=f"Runs of the pipeline {site.pipeline}",
        schedule_expression=f"rate({rate})",
        flexible_time_window={"mode": "OFF"},
        target={
            "arn": target,
            "role_arn": role.arn,
            "input": pulumi.Output.json_dumps(given, sort_keys=True),
            "retry_policy": {"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 3},
        },
        opts=site.after(granted),
    )
