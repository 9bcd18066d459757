"""Deleted keys can be brought back for a month in production."""

from collections.abc import Iterator

from apex.policy.controls import RECOVERY, serving
from apex.policy.rule import Rule, Severity
from apex.policy.stack import Context, Subject


def validate(resource: Subject, context: Context) -> Iterator[str]:
    """What breaks: deleted keys can be brought back for a month in production."""
    days = resource.props.number("deletionWindowInDays")
    if context.is_production and days is not None and days < 30:
        yield f"deletionWindowInDays is {days:g}; required: 30"


rule = Rule(
    id="delay_key_deletion",
    title="Deleted keys can be brought back for a month in production",
    pack="security",
    severity=Severity.HIGH,
    types=("aws:kms/key:Key",),
    validate=validate,
    why="What a key has encrypted is lost with the key.",
    fix="Leave deletion_window_in_days at 30.",
    code="deletion_window_in_days=30",
    controls=serving(RECOVERY),
)
