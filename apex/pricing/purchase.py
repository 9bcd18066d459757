"""How machines are bought, from an environment's settings."""

from apex.pricing.stack import Purchase
from apex.settings import PricingSettings


def purchase_of(settings: PricingSettings) -> Purchase:
    """The terms that `settings` state."""
    covered = settings.commitment
    if covered is None:
        return Purchase(settings.spot_discount)
    return Purchase(settings.spot_discount, covered.coverage, covered.discount)
