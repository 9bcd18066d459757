"""`apex new`: the start of a declaration."""

import datetime
from pathlib import Path

import click

from apex.cli.output import write_file
from apex.errors import InputError
from apex.specs import load_catalog
from apex.specs.starting import first_namespace, schema_address, starting_kind, starting_text


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option(
    "--catalog", "root", type=click.Path(path_type=Path), default=Path("catalog"), help="The catalog's folder."
)
@click.option("--team", help="The team it is for; decides the namespace and who pays.")
@click.option("--namespace", help="The namespace; by default the team's first.")
@click.option("--out", type=click.Path(path_type=Path, allow_dash=True), help="The file to write; - prints it.")
def new(kind: str, name: str, root: Path, team: str | None, namespace: str | None, out: Path | None) -> None:
    """Write a commented file of KIND that validates, by default to catalog/base/NAMESPACE/NAME.yaml."""
    kind = starting_kind(kind)
    catalog = load_catalog(root, None)
    namespace = namespace or first_namespace(catalog, team)
    target = out or root / "base" / namespace / f"{name}.yaml"
    inside = target.resolve().is_relative_to(root.resolve())
    schema = schema_address(target.resolve(), root.resolve()) if inside else f"{root}/.schema/catalog.schema.json"
    text = starting_text(kind, name, catalog, namespace, schema, datetime.datetime.now(datetime.UTC).date())
    if str(target) == "-":
        click.echo(text, nl=False)
        return
    if target.exists():
        raise InputError.of("is there already; choose another name, or --out", file=target)
    if any(found.kind == kind and found.name == name for found in catalog.declarations):
        raise InputError.of(f'{kind} "{name}" is in the catalog already; choose another name')
    write_file(target, text)
    click.echo(str(target))
