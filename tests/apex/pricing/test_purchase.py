from decimal import Decimal

import pytest

from apex.errors import InputError
from apex.pricing.estimate import Pricing
from apex.pricing.purchase import purchase_of
from apex.settings import PricingSettings, pricing_from


def terms(text):
    return purchase_of(pricing_from({"apex:pricing": text}))


def test_settings_say_how_machines_are_bought(resource, bill):
    machine = resource("aws:ec2/instance:Instance", instanceType="m7g.large", rootBlockDevice={"volumeSize": 8})
    listed = bill(machine).monthly.expected
    # 0.0816 USD an hour: 40 % of the hours are covered at 25 % off, which takes a tenth off the machine.
    covered = terms('{"commitment": {"coverage": 0.4, "discount": 0.25}}')
    found = bill(machine, pricing=Pricing(purchase=covered)).monthly.expected
    assert listed - found == Decimal("0.0816") * 730 / 10


def test_without_settings_list_prices_are_paid():
    assert purchase_of(pricing_from({})) == purchase_of(PricingSettings())
    assert purchase_of(PricingSettings()).committed_coverage == 0
    assert terms('{"spotDiscount": 0.7}').spot_discount == Decimal("0.7")


@pytest.mark.parametrize(
    "text",
    ['{"spotDiscount": 1.5}', '{"commitment": {"coverage": 0.5}}', '{"budgetFactor": 0}', "half", '{"other": 1}'],
)
def test_what_is_no_setting_is_refused(text):
    with pytest.raises(InputError, match="apex:pricing"):
        terms(text)
