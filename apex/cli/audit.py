"""`apex audit`: the log of decisions."""

from pathlib import Path

import click

from apex.report.audit import START
from apex.report.audit import verify as verify_log


@click.group()
def audit() -> None:
    """Work with the log of decisions that `--decision-log` of preview, up and check appends to."""


@audit.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--head", default="", help="The hash of an entry that the log must hold.")
def verify(log: Path, head: str) -> None:
    """Prove that no entry of LOG was changed, removed or moved; exit with 2 where one was."""
    last = verify_log(log, head)
    click.echo("the log is empty" if last == START else f"unbroken up to {last}")
