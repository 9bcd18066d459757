"""The bill of what is deployed: what a change adds or saves is the difference to it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from apex.plan import read_plan
from apex.pricing.estimate import Bill, Pricing, estimate

BASELINE = "APEX_BASELINE"
"""Environment variable: the state before the change (`pulumi stack export`), written by `apex preview`."""


def price_state(file: Path, config: Mapping[str, str], pricing: Pricing) -> Bill:
    """The bill of the state in `file`. A state has no configuration: the region comes from that of the change."""
    return estimate(replace(read_plan(file), config=config), pricing)
