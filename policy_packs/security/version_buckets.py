"""S3 buckets keep versions."""

from collections.abc import Iterator

from apex.policy.aws import bucket_sibling, is_log_target
from apex.policy.controls import RECOVERY, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: S3 buckets keep versions."""
    if is_log_target(resource, context):
        return
    inline = resource.props.map("versioning").flag("enabled")
    settings = bucket_sibling(resource, "versioning", context)
    status = settings.map("versioningConfiguration").text("status") if settings is not None else ""
    if not inline and status != "Enabled":
        yield f'versioning is "{status or "off"}"; required: "Enabled"'


rule = Rule(
    id="version_buckets",
    title="S3 buckets keep versions",
    pack="security",
    severity=Severity.MEDIUM,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    validate=validate,
    scope=Scope.STACK,
    why="Without versions, one wrong write or delete is final.",
    fix="Give the bucket a BucketVersioning with status Enabled.",
    code=('s3.BucketVersioning("raw-versioning", bucket=raw.id, versioning_configuration={"status": "Enabled"})'),
    controls=serving(RECOVERY),
)
