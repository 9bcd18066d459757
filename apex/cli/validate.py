"""`apex validate`: whether what was declared is right."""

import json
from pathlib import Path

import click

from apex.errors import InputError
from apex.specs.validation import validate_paths


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to tell the result.")
def validate(paths: tuple[Path, ...], form: str) -> int:
    """Check catalogs, folders and files of declarations (by default the folder catalog).

    Exits with 0 where everything is right and with 2 where something is not.
    """
    problems, count = validate_paths(paths or (Path("catalog"),))
    if form == "json":
        found = [
            {"file": p.file, "line": p.line, "column": p.column, "field": p.field, "message": p.message}
            for p in problems
        ]
        click.echo(json.dumps({"valid": not problems, "documents": count, "problems": found}, indent=2))
        return 2 if problems else 0
    if problems:
        raise InputError(problems)
    click.echo(f"{count} documents are right")
    return 0
