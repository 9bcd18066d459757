"""No change takes a budget of the catalog over its amount."""

from collections.abc import Iterator

from priced_stack import SETTINGS, place_of, verdicts_of

from apex.policy.rule import Rule, Scope, Severity, Violation
from apex.policy.stack import Context


def validate_stack(context: Context) -> Iterator[Violation]:
    """Budgets that the stack breaks, or that cannot be decided because a price hangs on an unknown value."""
    for verdict in verdicts_of(context):
        if verdict.blocked:
            largest = verdict.contributors[0].urn if verdict.contributors else ""
            place = place_of(verdict.budget.file, verdict.budget.line, context)
            yield Violation(f"{verdict.message} ({place})", subject=context.by_urn.get(largest))


rule = Rule(
    id="block_over_budget",
    title="The stack stays within every budget of the catalog",
    pack="finops",
    severity=Severity.HIGH,
    scope=Scope.STACK,
    types=("aws:*", "kubernetes:*"),
    validate_stack=validate_stack,
    why="Money that was not agreed on is easiest not to spend before it is spent.",
    fix="Lower what contributes most, or have the budget's owner raise its amount in the catalog.",
    code="spec: {amount: 1500, currency: USD, period: month}",
    controls={"nist-800-53": ("PM-3", "SA-2"), "soc2": ("CC5.2",)},
    settings=SETTINGS,
)
