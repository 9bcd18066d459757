"""`apex destroy`: take an environment down."""

from pathlib import Path

import click

from apex.engine import run
from apex.engine.workspace import open_workspace


@click.command()
@click.option("--env", "environment", required=True, help="The environment to take down: dev, prod, …")
def destroy(environment: str) -> int:
    """Delete every resource of an environment."""
    return run.destroy(open_workspace(environment, Path.cwd())).status
