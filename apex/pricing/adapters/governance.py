"""CloudTrail, Config and Budgets."""

from decimal import Decimal

from apex.plan import Resource
from apex.pricing.lines import Line
from apex.pricing.quantity import Quantity
from apex.pricing.resources import FREE, Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import Props, Stack

HUNDRED_THOUSANDTH = Decimal("0.00001")


def trail(resource: Resource, stack: Stack) -> Priced:
    """The first copy of management events is free; data and insight events are billed
    (https://aws.amazon.com/cloudtrail/pricing/)."""
    props, region = Props.of(resource), stack.region(resource)

    def use(metric: str) -> Quantity:
        return stack.quantity(resource, "cloudtrail", metric).times(HUNDRED_THOUSANDTH)

    lines = [
        Line(
            "further copies of management events",
            "AWSCloudTrail",
            "management events",
            region,
            use("management_events"),
        )
    ]
    watched = [s for s in props.blocks("eventSelectors") if s.has("dataResources")]
    if watched or props.has("advancedEventSelectors"):
        lines.append(Line("data events", "AWSCloudTrail", "data events", region, use("data_events")))
    if props.has("insightSelectors"):
        lines.append(Line("insight events", "AWSCloudTrail", "insight events", region, use("insight_events")))
    return Lines(tuple(lines))


def recorder(resource: Resource, stack: Stack) -> Priced:
    """Configuration items recorded (https://aws.amazon.com/config/pricing/)."""
    items = stack.quantity(resource, "config", "items")
    return Lines((Line("configuration items", "AWSConfig", "configuration items", stack.region(resource), items),))


def rule(resource: Resource, stack: Stack) -> Priced:
    """Evaluations of a rule."""
    runs = stack.quantity(resource, "config", "evaluations")
    return Lines((Line("rule evaluations", "AWSConfig", "rule evaluations", stack.region(resource), runs),))


def budget_action(resource: Resource, stack: Stack) -> Priced:
    """A budget with an action is 0.10 USD a day; the account's first two are free and not taken off here."""
    days = Quantity.of(Decimal(365) / 12)
    return Lines((Line("budget with actions", "AWSBudgets", "budget with actions", "us-east-1", days),))


def budget(resource: Resource, stack: Stack) -> Priced:
    """A budget that only tells is free (https://aws.amazon.com/aws-cost-management/aws-budgets/pricing/)."""
    return FREE


ADAPTERS = {
    "aws:cloudtrail/trail:Trail": trail,
    "aws:cfg/recorder:Recorder": recorder,
    "aws:cfg/rule:Rule": rule,
    "aws:budgets/budget:Budget": budget,
    "aws:budgets/budgetAction:BudgetAction": budget_action,
}
