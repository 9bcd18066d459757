"""`apex preview`: what a change does, before it is deployed."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from apex.engine import run
from apex.engine.run import Outcome
from apex.engine.workspace import open_workspace
from apex.plan import Plan
from apex.report.plan import SIGNS, changes_by_component, totals
from apex.settings import read_settings


@click.command()
@click.option("--env", "environment", required=True, help="The environment to preview: dev, prod, …")
def preview(environment: str) -> int:
    """Plan an environment with every policy pack."""
    workspace = open_workspace(environment, Path.cwd())
    read_settings(workspace.settings_file)
    plan, outcome = run.preview(workspace)
    if plan is not None:
        _show_plan(plan)
        click.echo(f"plan: {workspace.plan_file.relative_to(workspace.root)}")
    tell_refusals(outcome)
    if outcome.succeeded:
        click.echo(f"{environment} is allowed: {len(workspace.packs)} policy packs, no refusal")
    return outcome.status


def tell_refusals(outcome: Outcome) -> None:
    """Print what the policies and the engine object to, refusals last, where they are read first."""
    for event in outcome.policy_events:
        if event.level != "mandatory":
            click.echo(f"{event.level} {event.pack}/{event.policy}: {event.urn}\n    {_indented(event.message)}")
    for event in outcome.refusals:
        click.echo(f"REFUSED {event.pack}/{event.policy}: {event.urn}\n    {_indented(event.message)}")
    for error in outcome.errors:
        click.echo(f"error: {error}", err=True)


def _show_plan(plan: Plan) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Component", "Type", "Changes"):
        table.add_column(heading)
    changes = changes_by_component(plan)
    for change in changes:
        table.add_row(change.name, change.type, _counts(dict(change.changes)))
    console = Console(width=None if Console().is_terminal else 120, highlight=False)
    console.print(table)
    console.print(f"{sum(totals(changes).values())} resources: {_counts(totals(changes))}")


def _counts(changes: dict[str, int]) -> str:
    return ", ".join(f"{SIGNS.get(op, op)}{count} {op}".strip() for op, count in changes.items())


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")
