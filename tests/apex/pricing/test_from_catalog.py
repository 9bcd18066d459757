"""Budgets and usage as the catalog declares them."""

from decimal import Decimal

import pytest

from apex.pricing.estimate import Pricing
from apex.pricing.from_catalog import budgets_of, read_declarations, usage_of

USAGE = """\
apiVersion: finops.apexlogic.com/v1alpha1
kind: Usage
metadata:
  name: %s
spec:
  dataClasses:
    raw: {storedGib: {low: 1, expected: 2, peak: 3, growthPerMonth: 5%%}, objectCount: 1024}
  services:
    kafka: {ingestedGibPerMonth: 400, crossZoneGibPerMonth: %s}
    network: {crossZoneGibPerMonth: 50, natGibPerMonth: 7}
    search: {charactersPerMonth: 1000}
"""
BUDGET = """\
apiVersion: finops.apexlogic.com/v1alpha1
kind: Budget
metadata:
  name: b
spec:
  scope: {team: vision, costCenter: cc-1, dataModality: image}
  amount: 12.5
  period: quarter
  enforcement: soft
"""


@pytest.fixture
def read(tmp_path):
    def of(*texts):
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{number}.yaml")
            files[-1].write_text(text)
        return read_declarations(files)

    return of


def test_usage_keeps_cases_growth_and_units(read):
    book = usage_of(read(USAGE % ("one", 100)))
    raw = next(entry for entry in book.entries if entry.scope == "data-class" and entry.service == "s3")
    assert raw.quantities["storage_gb"].cases == (1, 2, 3)
    assert raw.growth["storage_gb"] == Decimal("0.05")
    assert raw.quantities["average_object_kb"].expected == 2 * 1024 * 1024 / 1024
    found = book.quantity("comprehend", "units", {"component": ("search",)})
    assert found.expected == 10


def test_transfer_of_every_service_is_added_up_at_the_network(read):
    book = usage_of(read(USAGE % ("one", 100)))
    names = {"service": ("*",)}
    assert book.quantity("transfer", "inter_zone_gb", names).expected == 150
    assert book.quantity("nat", "data_gb", names).expected == 7
    assert book.quantity("msk", "data_in_gb", names).expected == 400


def test_several_documents_add_up(read):
    book = usage_of(read(USAGE % ("one", 100), USAGE % ("two", 100)))
    assert book.quantity("transfer", "inter_zone_gb", {"service": ("*",)}).expected == 300
    assert hash(book) == hash(usage_of(read(USAGE % ("one", 100), USAGE % ("two", 100))))


def test_budget(read):
    budget = budgets_of(read(BUDGET))[0]
    assert budget.scope == {"team": "vision", "cost-center": "cc-1", "data-modality": "image"}
    assert (budget.amount, budget.period, budget.hard, budget.line) == (Decimal("12.5"), "quarter", False, 7)


def test_what_is_declared_for_all_gateways_is_split_between_them(read, resource, bill):
    pricing = Pricing(usage=usage_of(read(USAGE % ("one", 100))))
    kind = "aws:ec2/natGateway:NatGateway"
    found = bill(resource(kind, "a"), resource(kind, "b"), pricing=pricing)
    assert [r.components[1].quantity.expected for r in found.resources] == [Decimal("3.5")] * 2
