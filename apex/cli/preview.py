"""`apex preview`: what a change does, what it costs and whether it is allowed, before it is deployed."""

from dataclasses import replace
from pathlib import Path

import click

from apex.engine import run
from apex.engine.run import Outcome
from apex.engine.workspace import Workspace, open_workspace
from apex.plan import Plan
from apex.pricing.budgets import decide_budgets
from apex.pricing.deployed import price_state
from apex.pricing.estimate import Pricing, estimate
from apex.pricing.from_catalog import budgets_of, usage_of
from apex.pricing.purchase import purchase_of
from apex.report.listing import list_events
from apex.report.plan import changes_by_component
from apex.report.preview import PreviewReport, to_json, to_markdown, to_text
from apex.settings import Settings, read_settings
from apex.specs import Catalog, load_catalog

RENDERERS = {"json": to_json, "markdown": to_markdown, "table": to_text}


@click.command()
@click.option("--env", "environment", required=True, help="The environment to preview: dev, prod, …")
@click.option("--format", "form", type=click.Choice(sorted(RENDERERS)), default="table", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here, not to the terminal."
)
def preview(environment: str, form: str, out: Path | None) -> int:
    """Plan an environment with every policy pack, price it, and hold it against the budgets."""
    workspace = open_workspace(environment, Path.cwd())
    settings = read_settings(workspace.settings_file)
    catalog = load_catalog(workspace.root / "catalog", environment)
    plan, outcome = run.preview(workspace, run.keep_baseline(workspace))
    if plan is None:
        tell_refusals(outcome)
        return outcome.status
    text = RENDERERS[form](report_of(workspace, settings, catalog, plan, outcome))
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    return outcome.status


def report_of(
    workspace: Workspace, settings: Settings, catalog: Catalog, plan: Plan, outcome: Outcome
) -> PreviewReport:
    """Price and judge what the engine planned."""
    pricing = Pricing(usage=usage_of(catalog.declarations), purchase=purchase_of(settings.pricing))
    bill = estimate(plan, pricing)
    baseline = workspace.baseline_file
    deployed = (
        price_state(baseline, plan.config, pricing) if baseline.is_file() else replace(bill, resources=(), findings=())
    )
    return PreviewReport(
        environment=workspace.environment,
        changes=changes_by_component(plan),
        bill=bill,
        deployed=deployed,
        verdicts=decide_budgets(bill, budgets_of(catalog.declarations), deployed, settings.pricing.budget_factor),
        events=outcome.policy_events,
        errors=outcome.errors,
        packs=tuple(pack.name for pack in workspace.packs),
    )


def tell_refusals(outcome: Outcome) -> None:
    """Print what the policies and the engine object to."""
    for line in list_events(outcome.refusals):
        click.echo(line, err=True)
    for error in outcome.errors:
        click.echo(f"error: {error}", err=True)
