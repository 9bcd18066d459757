"""`apex graph`: what becomes of each declaration."""

from pathlib import Path

import click

from apex.errors import InputError
from apex.specs import load_catalog
from apex.specs.becomes import as_mermaid, as_tree, becomes
from apex.specs.kinds import suggest


@click.command()
@click.argument("names", nargs=-1)
@click.option("--env", "environment", help="The environment; without one, the base.")
@click.option(
    "--catalog", "root", type=click.Path(path_type=Path), default=Path("catalog"), help="The catalog's folder."
)
@click.option("--format", "form", type=click.Choice(["tree", "mermaid"]), default="tree", help="How to draw it.")
def graph(names: tuple[str, ...], environment: str | None, root: Path, form: str) -> None:
    """Show what becomes of each declaration, or of those called NAMES: the resources, as a tree or as Mermaid."""
    nodes = becomes(load_catalog(root, environment))
    known = {node.name.rpartition("/")[2] for node in nodes}
    for name in names:
        if name not in known:
            raise InputError.of(f'nothing is called "{name}"; {suggest(name, known)}')
    chosen = tuple(node for node in nodes if not names or node.name.rpartition("/")[2] in names)
    click.echo(as_tree(chosen) if form == "tree" else as_mermaid(chosen))
