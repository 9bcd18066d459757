"""`apex schema`: the kinds in the forms that editors and the API server read."""

from pathlib import Path

import click

from apex.cli.output import write_file
from apex.specs.schema import files


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
def schema(out: Path) -> None:
    """Write a JSON Schema of each kind, and its CRD with the same constraints under crds/."""
    for name, text in files().items():
        target = out / name
        write_file(target, text)
        click.echo(str(target))
