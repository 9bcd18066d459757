"""No resource goes to production without a price, or a reason to be free."""

from collections.abc import Iterator

from priced_stack import SETTINGS, bill_of

from apex.policy.rule import Rule, Scope, Severity, Violation
from apex.policy.stack import Context


def validate_stack(context: Context) -> Iterator[Violation]:
    """What the bill does not count."""
    for resource in bill_of(context).unpriced:
        yield Violation(
            f"has no price: {resource.unpriced}; every resource must have one, or be known to be free",
            subject=context.by_urn.get(resource.urn),
        )


rule = Rule(
    id="block_unpriced",
    title="Every resource has a price or is known to be free",
    pack="finops",
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    types=("aws:*", "kubernetes:*"),
    validate_stack=validate_stack,
    why="A total that leaves something out looks like a saving, and budgets are decided on it.",
    fix="Give the value that the price hangs on, refresh the prices, or waive the resource.",
    code="apex prices refresh --region eu-central-1",
    controls={"nist-800-53": ("SA-2",)},
    settings=SETTINGS,
)
