"""The catalogue: tiers, regions, search, age; and that it is what the facts make."""

import csv
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from apex.pricing.catalogue import MissingPriceError, Price, build_catalogue, load_catalogue
from apex.pricing.lines import Line, price_lines, sum_monthly
from apex.pricing.quantity import Quantity

ROOT = Path(__file__).parents[3]
TIERS = build_catalogue(
    [
        Price("S", "x", "r", Decimal(start), "GB", Decimal(amount), "test", "2026-01-01", 3)
        for start, amount in ((0, "3"), (10, "2"), (100, "1"))
    ]
)


@pytest.mark.parametrize(
    ("used", "free", "cost"),
    [(5, 0, 15), (10, 0, 30), (50, 0, 30 + 80), (150, 0, 30 + 180 + 50), (5, 5, 0), (12, 4, 6 * 3 + 2 * 2)],
)
def test_tiers_are_charged_one_by_one(used, free, cost):
    parts, missing = price_lines([Line("it", "S", "x", "r", Quantity.of(used), free=Decimal(free))], TIERS)
    assert sum_monthly(parts).expected == cost
    assert not missing
    assert all(part.monthly.expected == part.quantity.expected * part.unit_price for part in parts)


def test_a_missing_price_is_missing():
    parts, missing = price_lines([Line("it", "S", "y", "r", Quantity.of(1))], TIERS)
    assert parts == ()
    assert missing == ("no price for S y in r",)
    with pytest.raises(MissingPriceError):
        TIERS.price("S", "x", "elsewhere")


def test_an_item_of_one_price_everywhere_is_found_in_any_region():
    assert load_catalogue().price("AWSKMS", "key", "sa-east-1").amount == 1


def test_prices_are_the_ones_checked_against_a_second_source():
    price = load_catalogue().price
    assert price("AmazonEC2", "m5.large", "us-east-1").amount == Decimal("0.096")
    assert price("AmazonEC2", "p5.48xlarge", "us-east-1").amount == Decimal("55.04")
    assert price("AmazonMSK", "kafka.m5.24xlarge", "us-east-1").amount == Decimal("10.08")
    assert price("AmazonEBS", "gp3 throughput", "us-east-1").amount == Decimal("0.04")
    assert price("AmazonVPC", "NAT gateway", "eu-west-1").amount == Decimal("0.048")


def test_every_price_has_source_date_and_a_unit():
    for price in load_catalogue().search(""):
        assert price.amount >= 0
        assert price.source
        assert len(price.as_of) == 10
        assert price.unit


def test_tiers_of_an_item_are_told_in_one_unit():
    units = {}
    for price in load_catalogue().search(""):
        assert units.setdefault((price.service, price.item, price.region), price.unit) == price.unit


def test_the_committed_catalogue_is_what_the_facts_make(tmp_path):
    # In a copy: another test may be reading the catalogue while this one builds it.
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    subprocess.run([sys.executable, tmp_path / "scripts/build_prices.py"], check=True, capture_output=True)
    for name in (
        "apex/pricing/data/instances.csv",
        "apex/pricing/data/prices.csv",
        "apex/pricing/data/sources.csv",
        "data/prices/conflicts.csv",
    ):
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes(), f"{name}: run scripts/build_prices.py"


def test_every_fact_that_lost_is_listed_with_the_reason():
    rows = list(csv.DictReader((ROOT / "data/prices/conflicts.csv").open()))
    assert rows
    assert {row["why"] for row in rows} <= {"less trusted", "older", "cheaper"}
    assert all(Decimal(row["kept"]) != Decimal(row["lost"]) for row in rows)
