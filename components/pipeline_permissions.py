"""What the steps of a pipeline may do: exactly what they read and write."""

import hashlib
from typing import Any

import pulumi
import pulumi_aws as aws

from components.pipeline_delivery import kafka_statements
from components.pipeline_options import (
    DestinationKind,
    PipelineDestination,
    PipelineKafka,
    PipelinePlan,
    Processor,
    SourceKind,
    Step,
)
from components.pipeline_site import Site, Statement, allow

_REKOGNITION = {
    "DetectLabels": "rekognition:DetectLabels",
    "DetectModerationLabels": "rekognition:DetectModerationLabels",
    "DetectText": "rekognition:DetectText",
}
_COMPREHEND = ("comprehend:BatchDetectSentiment", "comprehend:DetectKeyPhrases", "comprehend:DetectPiiEntities")


def native_statements(site: Site, plan: PipelinePlan, step: Step, raw: pulumi.Input[str]) -> list[Statement]:
    """The calls of a service of AWS, and the objects it looks at on the step's behalf."""
    if step.processor is Processor.COMPREHEND:
        # Comprehend knows no resource of these calls: the text is in them.
        return [allow("Texts", _COMPREHEND, "*")]
    media = _media(site, plan, step, raw)
    if step.processor is Processor.REKOGNITION:
        call = _REKOGNITION[step.setting("operation", "DetectLabels")]
        return [allow("Images", (call,), "*"), *media]
    jobs = site.account.arn("transcribe", f"transcription-job/{site.name}-{step.name}-*")
    texts = site.bucket_arn(raw, f"/{plan.work_prefix}*")
    return [
        allow("Jobs", ("transcribe:GetTranscriptionJob", "transcribe:StartTranscriptionJob"), jobs),
        site.objects("Texts", ("s3:PutObject",), texts),
        site.bucket_key(raw),
        *media,
    ]


def _media(site: Site, plan: PipelinePlan, step: Step, raw: pulumi.Input[str]) -> list[Statement]:
    """Reading what records point to: below `mediaPath`, or the pipeline's own part of the raw tier."""
    if plan.source is SourceKind.S3:
        return []
    path = step.setting("mediaPath", "")
    bucket, _, key = path.removeprefix("s3://").partition("/") if path else (raw, "", f"media/{plan.pipeline}/")
    return [site.objects("Media", ("s3:GetObject",), site.bucket_arn(bucket, f"/{key}*")), site.bucket_key(bucket)]


def source_statements(site: Site, plan: PipelinePlan, bucket: pulumi.Input[str]) -> list[Statement]:
    """Reading the objects of an S3 source."""
    return [
        site.objects("Source", ("s3:GetObject",), site.bucket_arn(bucket, f"/{plan.source_prefix}*")),
        site.bucket_key(bucket),
    ]


def runner_statements(site: Site, plan: PipelinePlan, step: Step, raw: pulumi.Input[str]) -> list[Statement]:
    """What a program of a step reads and writes between source and destination, and the model it works with."""
    read = [site.bucket_arn(raw, f"/{prefix}*") for prefix in (plan.raw_prefix, plan.work_prefix)]
    between = site.bucket_arn(raw, f"/{plan.work_prefix}*")
    found = [
        site.objects("Read", ("s3:GetObject",), *read),
        site.objects("Between", ("s3:AbortMultipartUpload", "s3:PutObject"), between),
        allow("List", ("s3:ListBucket",), site.bucket_arn(raw),
              StringLike={"s3:prefix": [f"{plan.raw_prefix}*", f"{plan.work_prefix}*"]}),
        site.bucket_key(raw),
    ]  # fmt: skip
    if model := step.setting("modelPath", ""):
        bucket, _, key = model.removeprefix("s3://").partition("/")
        found.append(site.objects("Model", ("s3:GetObject",), site.bucket_arn(bucket, f"/{key}*")))
    return found


def destination_statements(
    site: Site, plan: PipelinePlan, step: Step, target: PipelineDestination, kafka: PipelineKafka | None
) -> list[Statement]:
    """Writing the results, as the last step does where no delivery does."""
    if plan.destination is DestinationKind.KAFKA and kafka is not None:
        return kafka_statements(site, kafka, produce=[plan.target_topic])
    if plan.destination is DestinationKind.VECTORS:
        # Which index a role may write is in the collection's own policy; IAM opens the collection.
        mine = {"StringEquals": {"aoss:collection": target["collection"]}}
        return [allow("Vectors", ("aoss:APIAccessAll",), site.account.arn("aoss", "collection/*"), **mine)]
    here = plan.prefix.partition("{")[0]
    write = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject")
    bucket: Any = target["bucket"]
    return [
        site.objects("Results", write, site.bucket_arn(bucket, f"/{here}*")),
        allow("ListResults", ("s3:ListBucket",), site.bucket_arn(bucket), StringLike={"s3:prefix": [f"{here}*"]}),
        site.bucket_key(bucket),
    ]


def open_index(site: Site, plan: PipelinePlan, collection: str, role: aws.iam.Role) -> None:
    """Let a role make and fill one index of a collection, and see no other."""
    index = {
        "ResourceType": "index",
        "Resource": [f"index/{collection}/{plan.index}"],
        "Permission": [
            "aoss:CreateIndex",
            "aoss:DescribeIndex",
            "aoss:ReadDocument",
            "aoss:UpdateIndex",
            "aoss:WriteDocument",
        ],
    }
    digest = hashlib.sha256(site.name.encode()).hexdigest()[:7]
    aws.opensearch.ServerlessAccessPolicy(
        f"{site.name}-index",
        name=f"{site.name[:24].rstrip('-')}-{digest}",
        type="data",
        description=f"The index of the pipeline {site.pipeline}"[:200],
        policy=pulumi.Output.json_dumps([{"Rules": [index], "Principal": [site.role_arn(role)]}], sort_keys=True),
        opts=site.child,
    )
