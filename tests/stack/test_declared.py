"""What the catalog declares, as arguments of the components that every team shares."""

import dataclasses

import pulumi
import pytest

from stack import declared


def test_every_budget_counts_its_environment_only(environment, copy):
    catalog = copy.load("prod")
    budget = next(each.model.spec for each in catalog.budgets if each.name == "vision")
    found = dict(declared.budgets(environment("prod"), catalog))
    assert sorted(found) == ["language", "platform", "production", "sensing", "speech", "vision"]
    assert found["vision"]["scope"] == {"team": "vision", "cost-center": "cc-1001", "environment": "prod"}
    assert found["vision"]["emails"] == ["vision@example.com"]
    assert found["vision"]["thresholds"] == [{"percent": 50}, {"percent": 80}, {"percent": 100}]
    assert (found["vision"]["amount"], found["vision"]["currency"]) == (str(budget.amount), "USD")
    assert found["production"]["scope"] == {"environment": "prod"}
    assert found["production"]["emails"] == ["platform@example.com"]


@pytest.mark.parametrize(("period", "unit"), [("day", "DAILY"), ("month", "MONTHLY"), ("quarter", "QUARTERLY")])
def test_budgets_have_the_period_that_was_declared(environment, copy, period, unit):
    copy.edit("base/budgets.yaml", "period: month", f"period: {period}")
    found = dict(declared.budgets(environment("dev"), copy.load("dev")))
    assert {args["period"].value for args in found.values()} == {unit}


def test_every_namespace_is_paid_for_by_its_team(environment, copy):
    env = environment("dev")
    found = dict(declared.namespaces(env, copy.load("dev")))
    assert sorted(found) == ["language", "platform", "sensing", "speech", "vision"]
    assert found["sensing"]["tags"]["project"] == "pulse"
    assert found["sensing"]["tags"]["cost-center"] == "cc-1003"
    assert (found["sensing"]["cpu"], found["sensing"]["memory"], found["sensing"]["gpus"]) == ("32", "128Gi", 2)


def test_a_wrong_catalog_is_told_in_one_message_without_a_traceback(environment, copy, monkeypatch):
    copy.edit("base/budgets.yaml", "period: month", "period: fortnight")
    monkeypatch.setattr(declared, "ROOT", copy.root.parent)
    with pytest.raises(pulumi.RunError) as error:
        declared.catalog(environment("dev"))
    assert str(error.value).count("budgets.yaml:") == 5
    assert 'spec.period: "fortnight" is not one of day, month, quarter' in str(error.value)


def test_a_catalog_without_owners_is_told(environment, copy, monkeypatch):
    for file in (copy.root).rglob("*.yaml"):
        file.unlink()
    monkeypatch.setattr(declared, "ROOT", copy.root.parent)
    with pytest.raises(pulumi.RunError, match="has no Ownership, so nothing belongs to anybody"):
        declared.catalog(environment("dev"))


def test_data_of_no_stated_modality_are_the_platforms(environment, copy):
    env, catalog = environment("dev"), copy.load("dev")
    contract = catalog.contracts[0]
    assert declared.cost_tags(env, catalog, contract)["data-modality"] == "audio.image.sensor.text.video"
    assert declared.cost_tags(env, catalog, catalog.components[0])["data-modality"] == "sensor"


def test_what_belongs_to_nobody_is_told_with_its_place(environment, copy):
    catalog = copy.load("dev")
    contract = dataclasses.replace(catalog.contracts[0], namespace="nowhere")
    with pytest.raises(
        pulumi.RunError, match=r"DataContract transcripts: belongs to nobody; label it with project, team"
    ):
        declared.cost_tags(environment("dev"), catalog, contract)
