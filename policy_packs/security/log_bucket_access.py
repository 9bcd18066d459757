"""S3 buckets log who reads and writes them."""

from collections.abc import Iterator

from apex.policy.aws import bucket_sibling, is_log_target
from apex.policy.controls import LOGGING, serving
from apex.policy.rule import Enforcement, Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: S3 buckets log who reads and writes them."""
    if is_log_target(resource, context):
        return
    if bucket_sibling(resource, "logging", context) is None and not resource.props.map("logging"):
        yield "no BucketLogging writes this bucket's access log"


rule = Rule(
    id="log_bucket_access",
    title="S3 buckets log who reads and writes them",
    pack="security",
    severity=Severity.LOW,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    validate=validate,
    scope=Scope.STACK,
    enforcement=Enforcement.ADVISORY,
    why="After an incident, the access log is what says which objects were read.",
    fix="Give the bucket a BucketLogging that writes to a log bucket.",
    code='s3.BucketLogging("raw-logging", bucket=raw.id, target_bucket=logs.id, target_prefix="raw/")',
    controls=serving(LOGGING, cis_aws="3.4"),
)
