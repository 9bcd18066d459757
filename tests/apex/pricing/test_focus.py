"""FOCUS rows add up to the bill."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

from apex.pricing.estimate import Pricing
from apex.pricing.focus import COLUMNS, focus_csv
from apex.pricing.stack import Purchase


def rows(bill):
    return list(csv.DictReader(io.StringIO(focus_csv(bill, date(2026, 12, 5)))))


def test_rows_sum_to_the_bill_and_carry_tags(resource, bill):
    it = bill(resource("aws:s3/bucket:Bucket", "b", tags={"team": "vision"}))
    found = rows(it)
    assert tuple(found[0]) == COLUMNS
    assert sum(Decimal(row["EffectiveCost"]) for row in found) == it.monthly.expected
    assert {row["ServiceName"] for row in found} == {"Amazon Simple Storage Service"}
    assert json.loads(found[0]["Tags"]) == {"team": "vision"}
    assert (found[0]["ChargePeriodStart"], found[0]["ChargePeriodEnd"]) == (
        "2026-12-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    )


def test_list_cost_is_before_a_commitment(resource, bill):
    buy = Purchase(committed_coverage=Decimal("0.5"), committed_discount=Decimal("0.3"))
    it = bill(resource("aws:ec2/instance:Instance", "i", instanceType="m7i.large"), pricing=Pricing(purchase=buy))
    plan = next(row for row in rows(it) if row["PricingCategory"] == "Committed")
    assert Decimal(plan["ListCost"]) == Decimal("0.1008") * 365
    assert Decimal(plan["EffectiveCost"]) == Decimal("0.1008") * 365 * Decimal("0.7")
