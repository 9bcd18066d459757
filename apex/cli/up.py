"""`apex up`: deploy an environment."""

from pathlib import Path

import click

from apex.cli.preview import tell_refusals
from apex.engine import run
from apex.engine.workspace import open_workspace
from apex.settings import read_settings


@click.command()
@click.option("--env", "environment", required=True, help="The environment to deploy: dev, prod, …")
def up(environment: str) -> int:
    """Deploy an environment with every policy pack."""
    workspace = open_workspace(environment, Path.cwd())
    read_settings(workspace.settings_file)
    outcome = run.up(workspace)
    tell_refusals(outcome)
    return outcome.status
