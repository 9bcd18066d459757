"""The finops pack on the real engine."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine

PRICING = ("block_over_budget", "block_unpriced", "flag_expensive_change", "limit_daily_cost", "warn_about_budgets")
FINOPS = dict.fromkeys(PRICING, "disabled") | {
    "require_cost_tags": {"teams": ["vision", "speech"], "costCenters": ["cc-100", "cc-200"], "projects": ["shop"]}
}
BUDGET = """
Thing("aws:budgets/budget:Budget", "cc-100", budgetType="COST", timeUnit="MONTHLY", tags=PAID,
      costFilters=[{"name": "TagKeyValue", "values": ["user:cost-center$cc-100"]}])
"""


def test_an_owned_bucket_with_a_budget_passes(run_program):
    run = run_program(BUDGET + 'bucket("raw", tags=PAID)', "finops", pack_config=FINOPS)
    assert run.policy_events == []
    assert run.status == 0, run.output


def test_what_is_untagged_misspelt_unknown_or_secret_is_blocked(run_program):
    body = (
        BUDGET
        + """
logs = bucket("logs", tags=PAID)
bucket("untagged")
bucket("misspelt", tags=PAID | {"cost-center": "cc-10"})
bucket("unknown-value", tags=PAID | {"team": logs.arn})
bucket("unknown-map", tags=logs.arn.apply(lambda arn: PAID))
bucket("secret", tags=PAID | {"team": pulumi.Output.secret("hunter2")})
"""
    )
    run = run_program(body, "finops", pack_config=FINOPS)
    assert run.status != 0
    messages = run.violations("require_cost_tags")
    assert set(messages) == {"untagged", "misspelt", "unknown-value", "unknown-map", "secret"}
    assert 'cost-center is missing; required: one of "cc-100", "cc-200"' in messages["untagged"]
    assert "Fix: Set project, environment, team" in messages["untagged"]
    assert 'cost-center is "cc-10" (did you mean "cc-100"?)' in messages["misspelt"]
    assert messages["unknown-value"].startswith("tags.team is unknown until deployed")
    assert messages["unknown-map"].startswith("tags is unknown until deployed")
    assert messages["secret"].startswith("tags.team is secret")
    assert "hunter2" not in "".join(messages.values())


def test_provider_default_tags_count(run_program):
    body = BUDGET + (
        'aws = pulumi.ProviderResource("aws", "eu", {"defaultTags": pulumi.Output.json_dumps({"tags": PAID})})\n'
        'bucket("raw", opts=pulumi.ResourceOptions(provider=aws))'
    )
    run = run_program(body, "finops", pack_config=FINOPS)
    assert run.policy_events == []
    assert run.status == 0, run.output


def test_up_stops_before_an_untagged_bucket_is_made(run_program):
    run = run_program(BUDGET + 'bucket("raw")', "finops", command="up", pack_config=FINOPS)
    assert run.status != 0
    assert "raw" in run.violations("require_cost_tags")
    assert "raw" not in run.made


def test_what_only_the_whole_stack_shows_is_blocked(run_program):
    body = """
bucket("raw", tags=PAID)
Thing("aws:ec2/launchTemplate:LaunchTemplate", "gpu", tags=PAID, tagSpecifications=[])
"""
    run = run_program(body, "finops", pack_config=FINOPS)
    assert run.status != 0
    [message] = run.violations("require_budget").values()
    assert 'cost center "cc-100" pays for 2 resource(s) and has no budget in this stack' in message
    assert 'no entry for resourceType "volume"' in run.violations("propagate_cost_tags")["gpu"]


def test_repair_fills_what_the_stack_knows_and_keeps_unknown_values(run_program):
    body = BUDGET + (
        'logs = bucket("logs", tags=PAID)\n'
        'bucket("raw", tags={"team": "vision", "note": logs.arn, "data-modality": "image"})'
    )
    config = FINOPS | {
        "repair_cost_tags": {"enforcementLevel": "remediate", "defaults": {"cost-center": "cc-100"}},
    }
    run = run_program(body, "finops", pack_config=config)
    assert run.status == 0, run.output
    assert "repair_cost_tags" in run.output


def test_a_wrong_setting_is_refused(run_program):
    run = run_program('bucket("raw", tags=PAID)', "finops", pack_config={"require_cost_tags": {"teams": "vision"}})
    assert run.status != 0
    assert "teams: Invalid type" in run.output


def test_a_change_that_lowers_an_overspend_passes_with_a_warning(run_program, tmp_path, monkeypatch):
    body = 'Thing("aws:ec2/instance:Instance", "big", instanceType="{}", tags={{"team": "vision"}})'
    config = {"aws:region": "us-east-1"}
    catalog = {"catalog": str(Path(__file__).parent / "fixtures" / "finops" / "shop" / "catalog")}
    budgets = FINOPS | {
        "require_cost_tags": "disabled",
        "propagate_cost_tags": "disabled",
        "block_over_budget": catalog | {"enforcementLevel": "mandatory"},
        "warn_about_budgets": catalog | {"enforcementLevel": "advisory"},
    }
    assert run_program(body.format("m7g.2xlarge"), command="up", config=config).status == 0
    smaller = body.format("m7g.xlarge")

    strict = run_program(smaller, "finops", pack_config=budgets, config=config)
    assert strict.status != 0
    assert "119.94 of 100.00 USD a month expected; 19.94 too much" in strict.violations("block_over_budget")["big"]

    [checkpoint] = (tmp_path / "state").rglob("stacks/**/dev.json")
    state = json.loads(checkpoint.read_text())["checkpoint"]["latest"]
    baseline = tmp_path / "deployed.json"
    baseline.write_text(json.dumps({"version": 3, "deployment": state}))
    monkeypatch.setenv("APEX_BASELINE", str(baseline))
    lowered = run_program(smaller, "finops", pack_config=budgets, config=config)
    assert lowered.status == 0, lowered.output
    assert "this change adds -119.14; still over" in lowered.violations("warn_about_budgets", "advisory")["big"]
