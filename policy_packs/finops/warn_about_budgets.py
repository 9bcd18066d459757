"""A budget that is nearly or softly exceeded, or still exceeded after a change for the better, is told."""

from collections.abc import Iterator

from priced_stack import SETTINGS, place_of, verdicts_of

from apex.policy.rule import Enforcement, Rule, Scope, Severity, Violation
from apex.policy.stack import Context


def validate_stack(context: Context) -> Iterator[Violation]:
    """Budgets that do not block and that their owners should know of."""
    for verdict in verdicts_of(context):
        if verdict.blocked or verdict.state == "within":
            continue
        largest = verdict.contributors[0].urn if verdict.contributors else ""
        told = f"; {verdict.crossed[-1]} % of it are reached" if verdict.state == "near" else ""
        place = place_of(verdict.budget.file, verdict.budget.line, context)
        yield Violation(f"{verdict.message}{told} ({place})", subject=context.by_urn.get(largest))


rule = Rule(
    id="warn_about_budgets",
    title="A budget that is nearly or softly exceeded is looked at",
    pack="finops",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    scope=Scope.STACK,
    types=("aws:*", "kubernetes:*"),
    validate_stack=validate_stack,
    why="Who hears of a limit only when it is broken has no time left to do anything about it.",
    fix="Lower what contributes most, or have the budget's owner raise its amount in the catalog.",
    code="spec: {amount: 1500, currency: USD, period: month, thresholds: [50, 80, 100]}",
    controls={"nist-800-53": ("SA-2",)},
    settings=SETTINGS,
)
