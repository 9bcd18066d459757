"""What brings records in Avro into JSON on their way, as no managed delivery does."""

import importlib.resources

import pulumi
import pulumi_aws as aws

from components.pipeline_options import PipelinePlan
from components.pipeline_site import Site, allow

_PROGRAM = "decode_avro"
_LONGEST_SCHEMA = 3_500
"""Lambda takes 4 KB of environment (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


def problem_with_schema_size(plan: PipelinePlan) -> str:
    """Why the schema cannot be handed to the decoder; empty where it can."""
    size = len(plan.schema_definition)
    return f"has {size} characters; Avro is decoded up to {_LONGEST_SCHEMA}" if size > _LONGEST_SCHEMA else ""


def create_decoder(site: Site, plan: PipelinePlan) -> aws.lambda_.Function:
    """The function, which Firehose calls with batches of records and which calls nothing itself."""
    logs = pulumi.Output.concat(site.account.arn("logs", "log-group:"), site.logs.name, ":*")
    role, granted = site.role(
        "decoder",
        "lambda.amazonaws.com",
        [
            allow("Logs", ("logs:CreateLogStream", "logs:PutLogEvents"), logs),
            allow("Trace", ("xray:PutTelemetryRecords", "xray:PutTraceSegments"), "*",
                  StringEquals={"aws:PrincipalAccount": site.account.id}),
        ],
    )  # fmt: skip
    text = importlib.resources.files("components").joinpath("pipeline_programs", f"{_PROGRAM}.py").read_text("utf-8")
    return aws.lambda_.Function(
        f"{site.name}-decoder",
        name=f"{site.name}-decoder",
        description=f"Avro to JSON for the pipeline {site.pipeline}",
        role=role.arn,
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"{_PROGRAM}.handler",
        code=pulumi.AssetArchive({f"{_PROGRAM}.py": pulumi.StringAsset(text)}),
        memory_size=256,
        timeout=60,
        environment={"variables": {"SCHEMA": plan.schema_definition}},
        kms_key_arn=site.key.arn,
        logging_config={"log_format": "JSON", "log_group": site.logs.name},
        tracing_config={"mode": "Active"},
        tags=site.marks("decoder"),
        opts=site.after(granted),
    )
