"""What runs Spark and Flink for a pipeline, inside the VPC."""

from typing import Any

import pulumi
import pulumi_aws as aws

from components.pipeline_delivery import kafka_statements
from components.pipeline_options import PipelineKafka, PipelinePlace, PipelinePlan, Step
from components.pipeline_site import Site, Statement, allow

_EMR_RELEASE = "emr-7.10.0"
_FLINK = "FLINK-1_20"
_KAFKA_PORT, _HTTPS = 9098, 443
_MOST_CPU, _MOST_MEMORY = 16, 64
_IDLE_MINUTES = 5


def create_group(site: Site, place: PipelinePlace) -> aws.ec2.SecurityGroup:
    """A security group that nobody reaches, and that reaches AWS and Kafka."""
    group = aws.ec2.SecurityGroup(
        f"{site.name}-runtime",
        description=f"What runs the pipeline {site.pipeline}",
        vpc_id=place["vpc_id"],
        tags=site.marks("runtime"),
        opts=site.child,
    )
    for suffix, cidr, port in (("aws", "0.0.0.0/0", _HTTPS), ("kafka", place["cidr"], _KAFKA_PORT)):
        aws.vpc.SecurityGroupEgressRule(
            f"{site.name}-runtime-{suffix}",
            security_group_id=group.id,
            description=f"To {suffix}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4=cidr,
            tags=site.marks(f"runtime-{suffix}"),
            opts=site.child,
        )
    return group


def create_spark(site: Site, place: PipelinePlace, group: aws.ec2.SecurityGroup) -> aws.emrserverless.Application:
    """Spark that costs nothing between two runs and never more than its bound."""
    return aws.emrserverless.Application(
        f"{site.name}-spark",
        name=f"{site.name}-spark",
        type="spark",
        release_label=_EMR_RELEASE,
        architecture="ARM64",
        maximum_capacity={"cpu": f"{_MOST_CPU} vCPU", "memory": f"{_MOST_MEMORY} GB"},
        auto_start_configuration={"enabled": True},
        auto_stop_configuration={"enabled": True, "idle_timeout_minutes": _IDLE_MINUTES},
        network_configuration={"subnet_ids": list(place["subnet_ids"]), "security_group_ids": [group.id]},
        tags=site.marks("spark"),
        opts=site.child,
    )


def create_flink(
    site: Site,
    plan: PipelinePlan,
    step: Step,
    place: PipelinePlace,
    group: aws.ec2.SecurityGroup,
    kafka: PipelineKafka,
    grants: list[Statement],
    output: dict[str, pulumi.Input[str]],
) -> tuple[aws.kinesisanalyticsv2.Application, pulumi.Output[str]]:
    """The application, and its ARN as it is known before it exists. The state machine starts it."""
    bucket, _, key = step.setting("artifact", "").removeprefix("s3://").partition("/")
    log = aws.cloudwatch.LogStream(
        f"{site.name}-flink-log", name="flink", log_group_name=site.logs.name, opts=site.child
    )
    logs = pulumi.Output.concat(site.account.arn("logs", "log-group:"), site.logs.name)
    machines = [site.account.arn("ec2", f"{kind}/*") for kind in ("network-interface", "security-group", "subnet")]
    role, granted = site.role(
        step.name,
        "kinesisanalytics.amazonaws.com",
        [
            site.objects("Program", ("s3:GetObject", "s3:GetObjectVersion"), site.bucket_arn(bucket, f"/{key}")),
            *kafka_statements(site, kafka, consume=[plan.topic], group=f"{site.name}-{step.name}"),
            *grants,
            allow("Log", ("logs:PutLogEvents",), pulumi.Output.concat(logs, ":log-stream:flink")),
            allow("Logs", ("logs:DescribeLogGroups", "logs:DescribeLogStreams"), pulumi.Output.concat(logs, ":*")),
            allow("Network", ("ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission",
                              "ec2:DeleteNetworkInterface"), *machines),
            allow("See", ("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
                          "ec2:DescribeSubnets", "ec2:DescribeVpcs"), "*"),
        ],
    )  # fmt: skip
    settings = {key: str(value) for key, value in step.config.items() if key not in ("artifact", "parallelism")}
    source = {
        "bootstrapServers": kafka["bootstrap_brokers"],
        "topic": plan.topic,
        "groupId": f"{site.name}-{step.name}",
        "schema": plan.schema_definition,
    }
    groups: list[dict[str, Any]] = [
        {"property_group_id": "destination", "property_map": output},
        {"property_group_id": "source", "property_map": source},
    ]
    if settings:
        groups.append({"property_group_id": "step", "property_map": settings})
    application = aws.kinesisanalyticsv2.Application(
        f"{site.name}-flink",
        name=f"{site.name}-{step.name}",
        description=f"The step {step.name} of the pipeline {site.pipeline}",
        runtime_environment=_FLINK,
        service_execution_role=role.arn,
        application_configuration={
            "application_code_configuration": {
                "code_content_type": "ZIPFILE",
                "code_content": {"s3_content_location": {"bucket_arn": site.bucket_arn(bucket), "file_key": key}},
            },
            "application_snapshot_configuration": {"snapshots_enabled": True},
            "environment_properties": {"property_groups": groups},
            "flink_application_configuration": {
                "checkpoint_configuration": {"configuration_type": "DEFAULT"},
                "monitoring_configuration": {
                    "configuration_type": "CUSTOM",
                    "log_level": "INFO",
                    "metrics_level": "APPLICATION",
                },
                # Its size is declared: an application that grows by itself has no cost that could be decided before.
                "parallelism_configuration": {
                    "configuration_type": "CUSTOM",
                    "parallelism": int(step.config.get("parallelism") or 1),
                    "parallelism_per_kpu": 1,
                    "auto_scaling_enabled": False,
                },
            },
            "vpc_configuration": {"subnet_ids": list(place["subnet_ids"]), "security_group_ids": [group.id]},
        },
        cloudwatch_logging_options={"log_stream_arn": log.arn},
        tags=site.marks("flink"),
        opts=site.after(granted),
    )
    return application, pulumi.Output.concat(site.account.arn("kinesisanalytics", "application/"), application.name)
