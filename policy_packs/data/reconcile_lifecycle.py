"""Lifecycle rules do not expire what is locked."""

from collections.abc import Iterator

from apex.policy.aws import bucket_sibling
from apex.policy.controls import RETENTION, serving
from apex.policy.rule import Rule, Scope, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: lifecycle rules do not expire what is locked."""
    lock, lifecycle = bucket_sibling(resource, "object_lock", context), bucket_sibling(resource, "lifecycle", context)
    if lock is None or lifecycle is None:
        return
    retention = lock.at("rule.defaultRetention")
    locked = (retention.number("days") or 0) + 365 * (retention.number("years") or 0)
    for each in lifecycle.items("rules"):
        days = each.map("expiration").number("days")
        if days is not None and each.text("status") == "Enabled" and days < locked:
            yield f"lifecycle rule {each.text('id')} expires objects after {days:g} days, locked for {locked:g}"


rule = Rule(
    id="reconcile_lifecycle",
    title="Lifecycle rules do not expire what is locked",
    pack="data",
    severity=Severity.MEDIUM,
    types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    validate=validate,
    scope=Scope.STACK,
    why="A rule that expires an object before its lock ends does nothing but look as if it did.",
    fix="Let objects expire after the lock ends.",
    code='expiration={"days": 400}',
    controls=serving(RETENTION),
)
