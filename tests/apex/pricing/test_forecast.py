"""Twelve months ahead."""

from decimal import Decimal

from apex.plan import Plan
from apex.pricing.budgets import Budget
from apex.pricing.estimate import Pricing
from apex.pricing.forecast import forecast
from apex.pricing.quantity import Quantity
from apex.pricing.usage import UsageBook, UsageEntry


def test_growth_compounds_and_the_month_that_breaks_a_budget_is_named(resource):
    nothing = dict.fromkeys(("put_requests", "get_requests", "retrieval_gb"), Quantity.of(0))
    entry = UsageEntry(
        "resource", "b", "s3", {**nothing, "storage_gb": Quantity.of(1000)}, {"storage_gb": Decimal("0.1")}
    )
    plan = Plan(
        "p", "s", (resource("aws:s3/bucket:Bucket", "b", tags={"team": "vision"}),), {"aws:region": "us-east-1"}
    )
    budgets = [Budget("tight", Decimal(25)), Budget("wide", Decimal(1000))]

    found = forecast(plan, Pricing(usage=UsageBook((entry,))), budgets)

    assert len(found.months) == 12
    assert found.months[0].expected == 23
    assert found.months[2].expected == 23 * Decimal("1.21")
    # 23, 25.30: the second month is over 25.
    assert found.exceeded == (("tight", 1), ("wide", None))


def test_tiers_are_applied_anew_each_month(resource):
    nothing = dict.fromkeys(("put_requests", "get_requests"), Quantity.of(0))
    usage = {**nothing, "storage_gb": Quantity.of(51200)}
    entry = UsageEntry("resource", "b", "s3", usage, {"storage_gb": Decimal(1)})
    plan = Plan("p", "s", (resource("aws:s3/bucket:Bucket", "b"),), {"aws:region": "us-east-1"})
    months = forecast(plan, Pricing(usage=UsageBook((entry,))), months=2).months
    assert months[1].expected == 51200 * (Decimal("0.023") + Decimal("0.022"))
