"""Groupings agree with the total to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex.pricing.allocation import KEYS, NOBODY, group, groups, share_of
from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.lines import Component
from apex.pricing.quantity import Quantity, cents

MONEY = st.decimals(0, 10**6, places=7)


def priced(name: str, amount: object, shared: bool = False, **tags: str) -> PricedResource:
    monthly = Quantity.of(amount)
    part = Component("it", "hour", Quantity.of(1), monthly.expected, monthly, "AmazonEC2", "us-east-1")
    named = {key.replace("_", "-"): value for key, value in tags.items()}
    return PricedResource(f"urn:{name}", "t", name, monthly, (part,), named, shared=shared)


def bill_of(*resources: PricedResource) -> Bill:
    return Bill("p", "s", "USD", date(2026, 9, 14), tuple(resources))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), MONEY, st.booleans()), min_size=1, max_size=12))
def test_every_grouping_sums_to_the_total_to_the_cent(rows):
    bill = bill_of(*(
        priced(str(n), amount, shared, **({"team": team, "data_modality": "audio.image.text"} if team else {}))
        for n, (team, amount, shared) in enumerate(rows)
    ))  # fmt: skip
    for split in ("direct-cost", "even", "own-tags"):
        for key, amounts in groups(bill, split).items():
            for case in range(3):
                total = sum((amount.cases[case] for amount in amounts.values()), Decimal(0))
                assert total == (cents(bill.monthly.cases[case]) if amounts else 0), key


def test_shared_cost_is_split_by_what_each_team_causes():
    bill = bill_of(
        priced("a", 30, team="vision"), priced("b", 10, team="speech"), priced("net", 8, True, team="platform")
    )
    expected = {name: amount.expected for name, amount in group(bill, "team").items()}
    assert expected == {"speech": 12, "vision": 36}
    assert {n: a.expected for n, a in group(bill, "team", "even").items()} == {"speech": 14, "vision": 34}
    own = {n: a.expected for n, a in group(bill, "team", "own-tags").items()}
    assert own == {"platform": 8, "speech": 10, "vision": 30}


def test_what_carries_no_tag_is_shown_as_nobodys():
    assert list(group(bill_of(priced("a", 5)), "project")) == [NOBODY]


def test_keys_are_all_there_and_sorted():
    assert list(groups(bill_of(priced("a", 5, team="x")))) == sorted(KEYS)


@pytest.mark.parametrize(
    ("scope", "share"),
    [
        ({}, 1),
        ({"team": "vision"}, 1),
        ({"team": "speech"}, 0),
        ({"team": "vision", "environment": "dev"}, 0),
        ({"data-modality": "audio"}, Decimal("0.5")),
        ({"data-modality": "video"}, 0),
    ],
)
def test_scope(scope, share):
    assert share_of(priced("a", 1, team="vision", data_modality="audio.text"), scope) == share
