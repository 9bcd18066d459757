"""What brings a source into the raw tier, and finished records to where they are kept: Firehose, or a Glue job."""

import importlib.resources
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.pipeline_options import PipelineKafka, PipelinePlan, SourceKind
from components.pipeline_site import Site, Statement, allow
from components.pipeline_table import Table, firehose_prefix
from components.schema_options import SchemaFormat

_SECONDS = 60
_MIB, _PARQUET_MIB = 5, 64
_OBJECTS = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject")
_BUCKET = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
_SCRIPT = "read_table.py"


def create_stream(site: Site) -> aws.kinesis.Stream:
    """The data stream that producers write to."""
    return aws.kinesis.Stream(
        f"{site.name}-source",
        name=site.name,
        stream_mode_details={"stream_mode": "ON_DEMAND"},
        retention_period=24,
        encryption_type="KMS",
        kms_key_id=site.key.arn,
        tags=site.marks("source"),
        opts=site.child,
    )


def deliver_source(
    site: Site,
    plan: PipelinePlan,
    bucket: pulumi.Input[str],
    bucket_key: pulumi.Input[str],
    kafka: PipelineKafka | None,
    stream: aws.kinesis.Stream | None,
    table: Table | None,
    decoder: aws.lambda_.Function | None,
) -> aws.kinesis.FirehoseDeliveryStream:
    """Firehose from the topic or the stream to the raw tier."""
    origin: dict[str, Any] = {}
    statements: list[Statement] = []
    if stream is not None:
        arn = pulumi.Output.concat(site.account.arn("kinesis", "stream/"), stream.name)
        read = ("kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards")
        statements += [allow("Stream", read, arn), site.keyed("StreamKey", "kinesis", "aws:kinesis:arn", arn)]
    elif kafka is not None:
        statements += kafka_statements(site, kafka, consume=[plan.topic], group="*")
    if decoder is not None:
        function = pulumi.Output.concat(site.account.arn("lambda", "function:"), decoder.name)
        decode = ("lambda:GetFunctionConfiguration", "lambda:InvokeFunction")
        statements.append(allow("Decode", decode, function, pulumi.Output.concat(function, ":$LATEST")))
    role, granted = _role(site, "delivery", bucket, plan.raw_prefix, table if plan.parquet else None, statements)
    if stream is not None:
        origin["kinesis_source_configuration"] = {"kinesis_stream_arn": stream.arn, "role_arn": role.arn}
    elif kafka is not None:
        origin["msk_source_configuration"] = {
            "authentication_configuration": {"connectivity": "PRIVATE", "role_arn": role.arn},
            "msk_cluster_arn": kafka["cluster_arn"],
            "topic_name": plan.topic,
        }
    return _firehose(
        site, "delivery", role, granted, bucket, bucket_key, plan.raw_prefix + "{date}/",
        table if plan.parquet else None, plan.compression, _processors(plan, decoder), origin,
    )  # fmt: skip


def deliver_results(
    site: Site, plan: PipelinePlan, bucket: pulumi.Input[str], bucket_key: pulumi.Input[str], table: Table
) -> aws.kinesis.FirehoseDeliveryStream:
    """Firehose from the state machine to where results are kept."""
    here = plan.results_prefix.partition("{")[0]
    role, granted = _role(site, "results", bucket, here, table if plan.parquet else None, [])
    encryption = {"enabled": True, "key_type": "CUSTOMER_MANAGED_CMK", "key_arn": site.key.arn}
    return _firehose(
        site, "results", role, granted, bucket, bucket_key, plan.results_prefix,
        table if plan.parquet else None, plan.compression, [], {"server_side_encryption": encryption},
    )  # fmt: skip


def kafka_statements(
    site: Site,
    kafka: PipelineKafka,
    *,
    consume: Sequence[str] = (),
    produce: Sequence[str] = (),
    group: str = "",
) -> list[Statement]:
    """Connect to the cluster, and read and write exactly these topics, as the consumer groups of `group`."""

    def arn(kind: str, rest: str) -> pulumi.Output[str]:
        # The cluster's ARN ends in an identifier that is not known before it exists; its name is.
        return pulumi.Output.concat(site.account.arn("kafka", f"{kind}/"), kafka["cluster_name"], f"/*{rest}")

    connect = ("kafka-cluster:Connect", "kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers")
    found = [allow("Connect", connect, arn("cluster", ""))]
    if consume:
        read = (
            "kafka-cluster:DescribeTopic",
            "kafka-cluster:DescribeTopicDynamicConfiguration",
            "kafka-cluster:ReadData",
        )
        found.append(allow("Consume", read, *(arn("topic", f"/{topic}") for topic in consume)))
        found.append(
            allow("Group", ("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"), arn("group", f"/{group}"))
        )
    if produce:
        write = ("kafka-cluster:DescribeTopic", "kafka-cluster:WriteData")
        found.append(allow("Produce", write, *(arn("topic", f"/{topic}") for topic in produce)))
    return found


def _role(
    site: Site, suffix: str, bucket: pulumi.Input[str], prefix: str, table: Table | None, statements: list[Statement]
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    errors = f"errors/{site.pipeline}/"
    log = pulumi.Output.concat(site.account.arn("logs", "log-group:"), site.logs.name, f":log-stream:{suffix}")
    return site.role(
        suffix,
        "firehose.amazonaws.com",
        [
            *statements,
            site.objects(
                "Objects", _OBJECTS, site.bucket_arn(bucket, f"/{prefix}*"), site.bucket_arn(bucket, f"/{errors}*")
            ),
            site.objects("Bucket", _BUCKET, site.bucket_arn(bucket)),
            site.bucket_key(bucket),
            allow("Log", ("logs:PutLogEvents",), log),
            *([table.read(site)] if table is not None else []),
        ],
    )


def _firehose(
    site: Site,
    suffix: str,
    role: aws.iam.Role,
    granted: aws.iam.RolePolicy,
    bucket: pulumi.Input[str],
    bucket_key: pulumi.Input[str],
    prefix: str,
    table: Table | None,
    compression: str,
    processors: list[dict[str, Any]],
    origin: Mapping[str, Any],
) -> aws.kinesis.FirehoseDeliveryStream:
    log = aws.cloudwatch.LogStream(
        f"{site.name}-{suffix}-log", name=suffix, log_group_name=site.logs.name, opts=site.child
    )
    target: dict[str, Any] = {
        "role_arn": role.arn,
        "bucket_arn": site.bucket_arn(bucket),
        "kms_key_arn": bucket_key,
        "prefix": firehose_prefix(prefix),
        "error_output_prefix": f"errors/{site.pipeline}/!{{firehose:error-output-type}}/!{{timestamp:yyyy-MM-dd}}/",
        "buffering_interval": _SECONDS,
        "buffering_size": _PARQUET_MIB if table is not None else _MIB,
        "compression_format": "UNCOMPRESSED",
        "cloudwatch_logging_options": {"enabled": True, "log_group_name": site.logs.name, "log_stream_name": log.name},
    }
    if processors:
        target["processing_configuration"] = {"enabled": True, "processors": processors}
    if table is not None:
        target["data_format_conversion_configuration"] = {
            "enabled": True,
            "input_format_configuration": {"deserializer": {"open_x_json_ser_de": {}}},
            "output_format_configuration": {"serializer": {"parquet_ser_de": {"compression": compression.upper()}}},
            "schema_configuration": {
                "database_name": table.database,
                "table_name": table.name,
                "role_arn": role.arn,
                "region": site.account.region,
            },
        }
    return aws.kinesis.FirehoseDeliveryStream(
        f"{site.name}-{suffix}",
        name=f"{site.name}-{suffix}",
        destination="extended_s3",
        extended_s3_configuration=target,
        tags=site.marks(suffix),
        opts=site.after(granted),
        **origin,
    )


def _processors(plan: PipelinePlan, decoder: aws.lambda_.Function | None) -> list[dict[str, Any]]:
    if decoder is not None:
        latest = pulumi.Output.concat(decoder.arn, ":$LATEST")
        settings = {"LambdaArn": latest, "BufferSizeInMBs": "1", "BufferIntervalInSeconds": str(_SECONDS)}
        return [{"type": "Lambda", "parameters": _parameters(settings)}]
    if plan.schema_format is SchemaFormat.JSON and not plan.parquet:
        # One record a line, so that the lines can be told apart.
        return [{"type": "AppendDelimiterToRecord", "parameters": _parameters({"Delimiter": "\\n"})}]
    return []


def _parameters(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"parameter_name": name, "parameter_value": value} for name, value in settings.items()]


def read_database(
    site: Site, plan: PipelinePlan, bucket: pulumi.Input[str], bucket_key: pulumi.Input[str]
) -> aws.glue.Job:
    """A job that reads what is new in a table of a database and writes it into the raw tier, one record a line."""
    script_key = f"programs/{plan.pipeline}/{_SCRIPT}"
    text = importlib.resources.files("components").joinpath("pipeline_programs", _SCRIPT).read_text(encoding="utf-8")
    script = aws.s3.BucketObjectv2(
        f"{site.name}-reader",
        bucket=bucket,
        key=script_key,
        content=text,
        content_type="text/x-python",
        kms_key_id=bucket_key,
        server_side_encryption="aws:kms",
        tags=site.marks("reader"),
        opts=site.child,
    )
    glue = site.account
    logs = glue.arn("logs", "log-group:/aws-glue/*")
    write_logs = ("logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    machines = [glue.arn("ec2", f"{kind}/*") for kind in ("network-interface", "security-group", "subnet")]
    role, granted = site.role(
        "reader",
        "glue.amazonaws.com",
        [
            allow("Connection", ("glue:GetConnection",), glue.arn("glue", "catalog"),
                  glue.arn("glue", f"connection/{plan.connection}")),
            site.objects("Write", ("s3:PutObject",), site.bucket_arn(bucket, f"/{plan.raw_prefix}*")),
            site.objects("Program", ("s3:GetObject",), site.bucket_arn(bucket, f"/{script_key}")),
            site.bucket_key(bucket),
            allow("Logs", write_logs, logs),
            allow("Network", ("ec2:CreateNetworkInterface", "ec2:CreateTags", "ec2:DeleteNetworkInterface"), *machines),
            allow("See", ("ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
                          "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints"), "*"),
        ],
    )  # fmt: skip
    secured = aws.glue.SecurityConfiguration(
        f"{site.name}-reader",
        name=f"{site.name}-reader",
        encryption_configuration={
            "cloudwatch_encryption": {"cloudwatch_encryption_mode": "SSE-KMS", "kms_key_arn": site.key.arn},
            "job_bookmarks_encryption": {"job_bookmarks_encryption_mode": "CSE-KMS", "kms_key_arn": site.key.arn},
            "s3_encryption": {"s3_encryption_mode": "SSE-KMS", "kms_key_arn": bucket_key},
        },
        opts=site.child,
    )
    return aws.glue.Job(
        f"{site.name}-reader",
        name=f"{site.name}-reader",
        role_arn=role.arn,
        glue_version="5.0",
        worker_type="G.1X",
        number_of_workers=2,
        timeout=60,
        max_retries=1,
        connections=[plan.connection],
        security_configuration=secured.name,
        command={"name": "glueetl", "python_version": "3",
                 "script_location": pulumi.Output.concat("s3://", bucket, "/", script.key)},
        default_arguments={
            "--job-bookmark-option": "job-bookmark-enable",
            "--connection": plan.connection,
            "--table": plan.table,
            "--bucket": bucket,
            "--prefix": plan.raw_prefix,
        },
        execution_property={"max_concurrent_runs": 1},
        tags=site.marks("reader"),
        opts=site.after(granted),
    )  # fmt: skip


def delivers_by_job(plan: PipelinePlan) -> bool:
    """Whether a job brings the source into the raw tier."""
    return plan.source is SourceKind.JDBC
