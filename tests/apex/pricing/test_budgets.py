"""What a budget says of a bill."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apex.errors import InputError
from apex.pricing.budgets import Budget, decide, decide_budgets
from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.quantity import Quantity

VISION = Budget("vision", Decimal(100), {"team": "vision"})


URN = "urn:pulumi:dev::shop::t::"


def bill_of(*amounts, hidden=False, **named):
    resources = [
        PricedResource(f"{URN}{n}", "t", str(n), Quantity.of(a), tags={"team": "vision"}) for n, a in enumerate(amounts)
    ]
    resources += [
        PricedResource(f"{URN}{n}", "t", n, Quantity.of(a), tags={"team": "speech"}) for n, a in named.items()
    ]
    if hidden:
        resources.append(
            PricedResource(
                f"{URN}h", "t", "h", tags={"team": "vision"}, unpriced="x is unknown until deployed", hidden=True
            )
        )
    return Bill("p", "s", "USD", date(2026, 9, 14), tuple(resources))


@pytest.mark.parametrize(
    ("amounts", "state", "blocked"),
    [((79,), "within", False), ((80,), "near", False), ((100,), "near", False), (("100.01",), "over", True)],
)
def test_amount_is_the_limit_to_the_cent(amounts, state, blocked):
    verdict = decide(bill_of(*amounts, other=1000), VISION)
    assert (verdict.state, verdict.blocked) == (state, blocked)


def test_a_soft_budget_never_blocks():
    assert not decide(bill_of(200), replace(VISION, hard=False)).blocked


def test_message_names_budget_amount_expected_and_the_five_largest():
    verdict = decide(bill_of(10, 20, 30, 40, 50, 60), VISION)
    assert [c.urn for c in verdict.contributors] == [f"{URN}{number}" for number in (5, 4, 3, 2, 1)]
    assert verdict.message == (
        "budget vision: 210.00 of 100.00 USD a month expected; 110.00 too much; "
        "largest: 5 (t) 60.00, 4 (t) 50.00, 3 (t) 40.00, 2 (t) 30.00, 1 (t) 20.00"
    )


def decide_with_baseline(before, after, **more):
    return decide(bill_of(*after), VISION, bill_of(*before), **more)


def test_with_a_baseline_a_change_that_lowers_an_overspend_passes():
    verdict = decide_with_baseline((300,), (200,))
    assert (verdict.state, verdict.blocked, verdict.added) == ("lowered", False, -100)
    assert "this change adds -100.00; still over, but less than what is deployed" in verdict.message


def test_with_a_baseline_a_change_that_keeps_or_raises_an_overspend_does_not():
    assert decide_with_baseline((200,), (200,)).blocked
    assert decide_with_baseline((150,), (200,)).blocked


def test_without_a_baseline_the_rule_is_strict():
    verdict = decide(bill_of(200), VISION)
    assert verdict.blocked
    assert verdict.added is None


def test_each_contributor_says_what_the_change_adds():
    verdict = decide_with_baseline((10, 90), (40, 90))
    assert [(c.urn, c.added) for c in verdict.contributors] == [(f"{URN}1", 0), (f"{URN}0", 30)]


def test_a_price_that_hangs_on_an_unknown_value_fails_closed():
    verdict = decide(bill_of(10, hidden=True), VISION)
    assert (verdict.state, verdict.blocked) == ("unknown", True)
    assert "1 prices hang on values that are not known yet: h (t)" in verdict.message
    lowered = decide(bill_of(150, hidden=True), VISION, bill_of(300))
    assert lowered.blocked


@pytest.mark.parametrize(("period", "spend"), [("day", Decimal(730) * 24 / 730), ("month", 730), ("quarter", 2190)])
def test_periods_are_shares_of_a_month_of_730_hours(period, spend):
    assert decide(bill_of(730), replace(VISION, period=period)).spend.expected == spend


def test_an_environment_factor_scales_the_amount():
    assert decide(bill_of(60), VISION, factor=Decimal("0.5")).blocked
    assert not decide(bill_of(60), VISION, factor=Decimal(1)).blocked


def test_thresholds_crossed_are_told():
    assert decide(bill_of(85), replace(VISION, thresholds=(50, 80, 100))).crossed == (50, 80)


def test_another_currency_is_refused():
    with pytest.raises(InputError, match='spec.currency: "EUR" is not the currency of the prices; write USD'):
        decide(bill_of(1), replace(VISION, currency="EUR"))


def test_verdicts_come_by_name():
    found = decide_budgets(bill_of(1), [VISION, replace(VISION, name="a")])
    assert [verdict.budget.name for verdict in found] == ["a", "vision"]


def test_raising_a_gpu_pool_s_maximum_breaks_its_team_s_budget_and_lowering_it_mends_it(resource, bill):
    def verdict(most):
        scaling = {"minSize": 0, "desiredSize": 0, "maxSize": most}
        pool = resource(
            "aws:eks/nodeGroup:NodeGroup",
            "gpu",
            instanceTypes=["g5.xlarge"],
            scalingConfig=scaling,
            tags={"team": "vision"},
        )
        return decide(bill(pool), replace(VISION, amount=Decimal(2000)))

    assert not verdict(4).blocked
    broken = verdict(8)
    assert broken.blocked
    # Half of eight nodes at 1.006 an hour with 20 GB of gp3 each.
    assert "budget vision: 2,943.92 of 2,000.00 USD a month expected" in broken.message
    assert not verdict(4).blocked
