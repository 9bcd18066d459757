"""`apex preview`: what a change does, what it costs and whether it is allowed, before it is deployed."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from apex.cli.decisions import cost_verdict, decision_log_option, record, require_sound
from apex.cli.output import write_file
from apex.engine import run
from apex.engine.run import Outcome
from apex.engine.workspace import Workspace, open_workspace
from apex.errors import InputError
from apex.plan import Plan
from apex.policy.catalog import read_declared
from apex.policy.packs import find_packs, load_packs
from apex.policy.rule import Rule
from apex.policy.waivers import Waived
from apex.pricing.budgets import decide_budgets
from apex.pricing.deployed import price_state
from apex.pricing.estimate import Pricing, estimate
from apex.pricing.forecast import forecast
from apex.pricing.from_catalog import budgets_of, usage_of
from apex.pricing.purchase import purchase_of
from apex.report.findings import Judgement
from apex.report.judged import Place, judgement_of
from apex.report.junit import to_junit
from apex.report.listing import list_events
from apex.report.markdown import to_markdown
from apex.report.places import places_of
from apex.report.plan import changes_by_component
from apex.report.preview import PreviewReport, to_json, to_text
from apex.report.sarif import to_sarif
from apex.report.unplanned import Unplanned
from apex.settings import Settings, read_settings
from apex.specs import Catalog, load_catalog


@dataclass(frozen=True, slots=True)
class Reported:
    """What there is to report of one run. Without a plan there are findings and errors only."""

    report: PreviewReport | Unplanned
    judgement: Judgement

    def to(self, form: str) -> str:
        """This in the form `form`."""
        if form in _OF_JUDGEMENT:
            return _OF_JUDGEMENT[form](self.judgement)
        if isinstance(self.report, Unplanned):
            return _OF_UNPLANNED[form](self.report)
        return _OF_PREVIEW[form](self.report)


def _to_html(report: PreviewReport) -> str:
    from apex.report.html import preview_to_html  # a page's libraries are loaded for a page only

    return preview_to_html(report)


_OF_JUDGEMENT: Mapping[str, Callable[[Judgement], str]] = {"junit": to_junit, "sarif": to_sarif}
_OF_PREVIEW: Mapping[str, Callable[[PreviewReport], str]] = {
    "html": _to_html,
    "json": to_json,
    "markdown": to_markdown,
    "table": to_text,
}
_OF_UNPLANNED: Mapping[str, Callable[[Unplanned], str]] = {
    "html": Unplanned.to_html,
    "json": Unplanned.to_json,
    "markdown": Unplanned.to_markdown,
    "table": Unplanned.to_text,
}
FORMS = tuple(sorted({*_OF_JUDGEMENT, *_OF_PREVIEW}))
ENDINGS = {".html": "html", ".json": "json", ".md": "markdown", ".sarif": "sarif", ".txt": "table", ".xml": "junit"}
"""The form that a file's name asks for."""
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--env", "environment", required=True, help="The environment to preview: dev, prod, …")
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--out", type=_FILE, help="Write the report here, not to the terminal.")
@click.option(
    "--save",
    "copies",
    type=_FILE,
    multiple=True,
    help=f"Write the report here too, in the form that the name ends in: {', '.join(ENDINGS)}. May be repeated.",
)
@decision_log_option
def preview(environment: str, form: str, out: Path | None, copies: tuple[Path, ...], log: Path | None) -> int:
    """Plan an environment with every policy pack, price it, and hold it against the budgets."""
    for copy in copies:
        if copy.suffix not in ENDINGS:
            raise InputError.of(f"has no form to write; let its name end in {', '.join(ENDINGS)}", file=copy)
    require_sound(log)
    workspace = open_workspace(environment, Path.cwd())
    settings = read_settings(workspace.settings_file)
    catalog = load_catalog(workspace.root / "catalog", environment)
    plan, outcome = run.preview(workspace, run.keep_baseline(workspace))
    reported = _reported(workspace, settings, catalog, plan, outcome)
    if log:
        _record(log, workspace, reported)
    for copy in copies:
        write_file(copy, reported.to(ENDINGS[copy.suffix]))
    if out:
        write_file(out, reported.to(form))
    if plan is None:
        tell_refusals(outcome)
    elif not out:
        click.echo(reported.to(form), nl=False)
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
    budgets, factor = budgets_of(catalog.declarations), settings.pricing.budget_factor
    return PreviewReport(
        environment=workspace.environment,
        changes=changes_by_component(plan),
        bill=bill,
        deployed=deployed,
        verdicts=decide_budgets(bill, budgets, deployed, factor),
        events=outcome.policy_events,
        errors=outcome.errors,
        packs=tuple(pack.name for pack in workspace.packs),
        forecast=forecast(plan, pricing, budgets, factor=factor),
    )


def judged(workspace: Workspace, outcome: Outcome, resources: int, places: Mapping[str, Place]) -> Judgement:
    """What the engine's run of the packs found, as `apex check` would tell it."""
    waivers = read_declared(workspace.root / "catalog", workspace.environment).waivers
    today = datetime.datetime.now(datetime.UTC).date()
    return judgement_of(outcome.policy_events, outcome.errors, _rules(workspace), waivers, resources, places, today)


def tell_refusals(outcome: Outcome) -> None:
    """Print what the policies and the engine object to."""
    for line in list_events(outcome.refusals):
        click.echo(line, err=True)
    for error in outcome.errors:
        click.echo(f"error: {error}", err=True)


def _reported(
    workspace: Workspace, settings: Settings, catalog: Catalog, plan: Plan | None, outcome: Outcome
) -> Reported:
    if plan is None:
        report = Unplanned(workspace.environment, outcome.policy_events, outcome.errors)
        return Reported(report, judged(workspace, outcome, 0, {}))
    priced = report_of(workspace, settings, catalog, plan, outcome)
    places = places_of(priced.bill, catalog, workspace.root / "catalog", workspace.environment)
    judgement = judged(workspace, outcome, len(plan.planned()), places)
    waived = Waived((), judgement.waived.used, judgement.waived.unused, judgement.waived.ending)
    return Reported(replace(priced, waived=waived), judgement)


def _rules(workspace: Workspace) -> tuple[Rule, ...]:
    return tuple(rule for pack in load_packs(find_packs(workspace.root)) for rule in pack.rules)


def _record(log: Path, workspace: Workspace, reported: Reported) -> None:
    report = reported.report
    planned = isinstance(report, PreviewReport)
    cost = cost_verdict(report.bill, report.deployed, report.verdicts) if isinstance(report, PreviewReport) else {}
    files = [workspace.plan_file] if planned else []
    record(log, reported.judgement, files, workspace.environment, cost, workspace.root)
