"""Object Lock keeps nothing longer than it may be kept."""

from collections.abc import Iterator

from apex.policy.controls import ERASURE, RETENTION, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: object Lock keeps nothing longer than it may be kept."""
    most = float(context.settings.get("mostDays", 730))
    lock = resource.props.at("rule.defaultRetention")
    days = (lock.number("days") or 0) + 365 * (lock.number("years") or 0)
    if lock.text("mode") == "COMPLIANCE" and days > most:
        yield f"locks objects in compliance mode for {days:g} days; personal data may be kept for {most:g}"


rule = Rule(
    id="reconcile_object_lock",
    title="Object Lock keeps nothing longer than it may be kept",
    pack="data",
    severity=Severity.HIGH,
    types=("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",),
    validate=validate,
    settings={
        "mostDays": {
            "type": "number",
            "minimum": 0,
            "default": 730,
            "description": "The most days that personal data may be kept.",
        }
    },
    why=("An object that is locked in compliance mode cannot be deleted by anybody, whoever has a right to it."),
    fix="Shorten the lock, or use governance mode so that a request to erase can be met.",
    code='rule={"default_retention": {"mode": "GOVERNANCE", "days": 30}}',
    controls=serving(RETENTION, ERASURE),
)
