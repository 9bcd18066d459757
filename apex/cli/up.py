"""`apex up`: deploy an environment."""

from pathlib import Path

import click
import yaml

from apex.cli.decisions import cost_verdict, decision_log_option, record, require_sound
from apex.cli.preview import judged, tell_refusals
from apex.engine import run
from apex.engine.run import Outcome
from apex.engine.workspace import Workspace, open_workspace
from apex.plan import read_plan
from apex.pricing.budgets import decide_budgets
from apex.pricing.estimate import Pricing, estimate
from apex.pricing.from_catalog import budgets_of, usage_of
from apex.pricing.purchase import purchase_of
from apex.settings import Settings, read_settings
from apex.specs import Catalog, load_catalog


@click.command()
@click.option("--env", "environment", required=True, help="The environment to deploy: dev, prod, …")
@decision_log_option
def up(environment: str, log: Path | None) -> int:
    """Deploy an environment with every policy pack."""
    require_sound(log)
    workspace = open_workspace(environment, Path.cwd())
    settings = read_settings(workspace.settings_file)
    catalog = load_catalog(workspace.root / "catalog", environment)
    outcome = run.up(workspace)
    tell_refusals(outcome)
    if log:
        _record(log, workspace, settings, catalog, outcome)
    return outcome.status


def _record(log: Path, workspace: Workspace, settings: Settings, catalog: Catalog, outcome: Outcome) -> None:
    """What was decided, and what stands now: a deployment has no plan of its own, so its state is what is priced."""
    state = run.keep_baseline(workspace)
    if state is None:
        record(log, judged(workspace, outcome, 0, {}), [], workspace.environment, {}, workspace.root)
        return
    pricing = Pricing(
        usage=usage_of(catalog.declarations), region=_region(workspace), purchase=purchase_of(settings.pricing)
    )
    stands = read_plan(state)
    bill = estimate(stands, pricing)
    verdicts = decide_budgets(bill, budgets_of(catalog.declarations), factor=settings.pricing.budget_factor)
    judgement = judged(workspace, outcome, len(stands.planned()), {})
    record(log, judgement, [state], workspace.environment, cost_verdict(bill, None, verdicts), workspace.root)


def _region(workspace: Workspace) -> str | None:
    """Where the environment runs, which its state does not say."""
    settings = yaml.safe_load(workspace.settings_file.read_text(encoding="utf-8"))
    region = (settings.get("config") or {}).get("aws:region")
    return None if region is None else str(region)
