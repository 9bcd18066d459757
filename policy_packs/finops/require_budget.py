"""Every cost center that pays for something in the stack has a budget there."""

from collections.abc import Iterator

from apex.policy.cost_tags import WORKLOADS, taggable_types, tags_of
from apex.policy.props import HiddenValueError, Props
from apex.policy.rule import Rule, Scope, Severity, Violation
from apex.policy.stack import Context, Subject
from apex.tags import COST_CENTER

BUDGET = "aws:budgets/budget:Budget"


def validate_stack(context: Context) -> Iterator[Violation]:
    """Cost centers on resources that no budget of the stack is filtered by."""
    budgeted = {center for budget in context.of_type(BUDGET) for center in _cost_centers(budget)}
    first_use: dict[str, Subject] = {}
    uses: dict[str, int] = {}
    for resource in sorted(context.of_rule_types(rule.types), key=lambda subject: subject.urn):
        center = _cost_center_of(resource, context)
        if isinstance(center, str) and center:
            first_use.setdefault(center, resource)
            uses[center] = uses.get(center, 0) + 1
    for center in sorted(set(uses) - budgeted):
        found = ", ".join(sorted(budgeted)) or "none"
        yield Violation(
            f'cost center "{center}" pays for {uses[center]} resource(s) and has no budget in this stack '
            f"(budgets for: {found})",
            subject=first_use[center],
        )


def _cost_center_of(resource: Subject, context: Context) -> object:
    """The cost center's tag; hidden or absent ones are for the rule on tags to refuse."""
    try:
        if resource.type.startswith("kubernetes:"):
            return resource.props.at("metadata.labels").raw(COST_CENTER)
        return tags_of(resource, context).get(COST_CENTER)
    except HiddenValueError:
        return None


def _cost_centers(budget: Subject) -> Iterator[str]:
    """The cost centers that a budget watches: `TagKeyValue` filters of `user:cost-center$<value>`."""
    prefix = f"user:{COST_CENTER}$"
    for block in budget.props.items("costFilters"):
        if block.text("name") == "TagKeyValue":
            yield from (text.removeprefix(prefix) for text in block.texts("values") if text.startswith(prefix))
    yield from _expression(budget.props.map("filterExpression"))


def _expression(expression: Props) -> Iterator[str]:
    """Cost centers that an expression admits. What stands under `not` admits nothing."""
    tags = expression.map("tags")
    if tags.text("key") in (COST_CENTER, f"user:{COST_CENTER}"):
        yield from tags.texts("values")
    for operator in ("ands", "ors", "and", "or"):
        for part in expression.items(operator):
            yield from _expression(part)


rule = Rule(
    id="require_budget",
    title="Every cost center that pays has a budget in the stack",
    pack="finops",
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    types=(*sorted(taggable_types()), *WORKLOADS),
    validate_stack=validate_stack,
    why="Without a budget nobody is told when a cost center spends more than was agreed.",
    fix="Declare a budget for the cost center, or correct the resource's cost-center tag.",
    code='CostBudget("cc-100", {"monthly_limit_usd": "500", "cost_center": "cc-100", "tags": cost_tags.aws()})',
    controls={"nist-800-53": ("PM-3", "SA-2"), "soc2": ("CC5.2",)},
    waivable=False,
)
