"""S3 buckets have a bucket policy."""

from collections.abc import Iterator

from apex.policy.aws import bucket_sibling
from apex.policy.controls import ENCRYPTION_IN_TRANSIT, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: S3 buckets have a bucket policy."""
    if bucket_sibling(resource, "policy", context) is None and not resource.props.is_set("policy"):
        yield "the bucket has no BucketPolicy, so it answers requests without TLS"


rule = Rule(
    id="require_bucket_policy",
    title="S3 buckets have a bucket policy",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    validate=validate,
    scope=Scope.STACK,
    why="Only a bucket policy can refuse requests that come without TLS.",
    fix="Attach a BucketPolicy that denies requests without TLS.",
    code='s3.BucketPolicy("raw-policy", bucket=raw.id, policy=deny_insecure_transport(raw))',
    controls=serving(ENCRYPTION_IN_TRANSIT, cis_aws="2.1.1"),
)
