"""S3 buckets are encrypted with a customer key."""

from collections.abc import Iterator

from apex.policy.aws import bucket_sibling, is_log_target
from apex.policy.controls import ENCRYPTION_AT_REST, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: S3 buckets are encrypted with a customer key."""
    settings = bucket_sibling(resource, "encryption", context)
    if settings is None:
        settings = resource.props.map("serverSideEncryptionConfiguration")
    rules = settings.items("rules") or settings.items("rule")
    if not rules:
        # Access logs can only be delivered to a bucket with Amazon's own key, which is then the default.
        if not is_log_target(resource, context):
            yield "no encryption is configured, so Amazon's own key is used; a customer key is required"
        return
    for each in rules:
        default = each.map("applyServerSideEncryptionByDefault")
        algorithm = default.text("sseAlgorithm")
        if algorithm not in ("aws:kms", "aws:kms:dsse"):
            if not is_log_target(resource, context):
                yield f'sseAlgorithm is "{algorithm}"; required: "aws:kms"'
        elif not default.is_set("kmsMasterKeyId"):
            yield "kmsMasterKeyId is not set, so AWS's shared key is used; a customer key is required"
        elif algorithm == "aws:kms" and not each.flag("bucketKeyEnabled"):
            yield "bucketKeyEnabled is off, so each object costs a KMS request; turn it on"


rule = Rule(
    id="encrypt_buckets",
    title="S3 buckets are encrypted with a customer key",
    pack="security",
    severity=Severity.HIGH,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    validate=validate,
    scope=Scope.STACK,
    why=(
        "With Amazon's own key, everybody who may read the bucket may read the data: there is no second lock "
        "and no record of its use."
    ),
    fix=("Give the bucket a server-side encryption configuration with aws:kms, a key of yours, and the bucket key on."),
    code=(
        's3.BucketServerSideEncryptionConfiguration("raw-encryption", bucket=raw.id, '
        'rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id":'
        ' key.arn}, "bucket_key_enabled": True}])'
    ),
    controls=serving(ENCRYPTION_AT_REST),
)
