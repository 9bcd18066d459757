"""Buckets say what becomes of old data."""

from collections.abc import Iterator

from apex.policy.aws import bucket_sibling
from apex.policy.controls import RETENTION, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: buckets say what becomes of old data."""
    lifecycle = bucket_sibling(resource, "lifecycle", context)
    rules = lifecycle.items("rules") if lifecycle is not None else resource.props.items("lifecycleRules")
    if not any(each.text("status") == "Enabled" or each.flag("enabled") for each in rules):
        yield "no lifecycle rule is enabled"


rule = Rule(
    id="require_lifecycle",
    title="Buckets say what becomes of old data",
    pack="data",
    severity=Severity.MEDIUM,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    validate=validate,
    scope=Scope.STACK,
    why="Without a lifecycle, old objects and old versions are kept and paid for forever.",
    fix="Give the bucket a lifecycle configuration with an enabled rule.",
    code=(
        's3.BucketLifecycleConfiguration("raw-lifecycle", bucket=raw.id, rules=[{"id": "expire", "status": '
        '"Enabled", "expiration": {"days": 365}}])'
    ),
    controls=serving(RETENTION),
)
