"""A change that makes the bill jump is told, so that somebody looks before it is merged."""

from collections.abc import Iterator
from decimal import Decimal

from priced_stack import SETTINGS, bill_of, deployed_bill

from apex.policy.rule import Enforcement, Rule, Scope, Severity, Violation
from apex.policy.stack import Context
from apex.pricing.quantity import cents

AMOUNT = Decimal(500)
PERCENT = Decimal(20)


def validate_stack(context: Context) -> Iterator[Violation]:
    """The change, where it adds more than the set amount and the set percentage to what is deployed."""
    deployed = deployed_bill(context)
    if deployed is None or not deployed.monthly.expected:
        return
    amount = Decimal(str(context.settings.get("amount_usd_per_month", AMOUNT)))
    percent = Decimal(str(context.settings.get("percent", PERCENT)))
    before, after = deployed.monthly.expected, bill_of(context).monthly.expected
    added = after - before
    if added > amount or added * 100 > before * percent:
        old = {resource.urn: resource.monthly.expected for resource in deployed.resources}
        most = max(bill_of(context).resources, key=lambda r: (r.monthly.expected - old.get(r.urn, Decimal(0)), r.urn))
        yield Violation(
            f"adds {cents(added):,.2f} USD a month to {cents(before):,.2f} ({added / before:.0%}), most of it by "
            f"{most.name}; changes of more than {cents(amount):,.2f} USD or {percent} % are to be looked at",
            subject=context.by_urn.get(most.urn),
        )


rule = Rule(
    id="flag_expensive_change",
    title="A change that makes the bill jump is looked at",
    pack="finops",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    scope=Scope.STACK,
    types=("aws:*", "kubernetes:*"),
    validate_stack=validate_stack,
    why="Most surprises on a bill were one line in a change that nobody priced.",
    fix="Check that the cost is meant; make the change smaller where it is not.",
    code="max_size: 2",
    controls={"nist-800-53": ("SA-2",)},
    settings={
        **SETTINGS,
        "amount_usd_per_month": {"type": "number", "minimum": 0, "description": "USD a month. Default: 500."},
        "percent": {"type": "number", "minimum": 0, "description": "Percent of the deployed bill. Default: 20."},
    },
)
