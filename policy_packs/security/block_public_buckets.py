"""S3 buckets block public access."""

from collections.abc import Iterator

from apex.policy.aws import bucket_sibling
from apex.policy.controls import NO_PUBLIC_ACCESS, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: S3 buckets block public access."""
    block = bucket_sibling(resource, "access_block", context)
    if block is None:
        yield "the bucket has no BucketPublicAccessBlock"
        return
    off = [name for name in _SETTINGS if not block.flag(name)]
    if off:
        yield f"its BucketPublicAccessBlock leaves {', '.join(off)} off; all four are required"


_SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

rule = Rule(
    id="block_public_buckets",
    title="S3 buckets block public access",
    pack="security",
    severity=Severity.CRITICAL,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    validate=validate,
    scope=Scope.STACK,
    why=(
        "A bucket without the block becomes public by one ACL or one policy statement, written by anybody who"
        " may write either."
    ),
    fix="Give the bucket a BucketPublicAccessBlock with all four settings on.",
    code=(
        's3.BucketPublicAccessBlock("raw-access", bucket=raw.id, block_public_acls=True, '
        "block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True)"
    ),
    controls=serving(NO_PUBLIC_ACCESS, cis_aws="2.1.4"),
)
