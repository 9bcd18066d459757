"""`apex graph`: what becomes of each declaration."""

from pathlib import Path

import click

from apex.errors import InputError
from apex.plan import Plan, Resource, read_plan
from apex.specs import load_catalog
from apex.specs.becomes import as_mermaid, as_tree, becomes
from apex.specs.kinds import suggest
from apex.specs.node import Node


@click.command()
@click.argument("names", nargs=-1)
@click.option("--env", "environment", help="The environment; without one, the base.")
@click.option(
    "--catalog", "root", type=click.Path(path_type=Path), default=Path("catalog"), help="The catalog's folder."
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    help="A plan, such as .apex/dev/preview.json: show exactly what it makes of each declaration. Needs --env.",
)
@click.option("--format", "form", type=click.Choice(["tree", "mermaid"]), default="tree", help="How to draw it.")
def graph(names: tuple[str, ...], environment: str | None, root: Path, plan_file: Path | None, form: str) -> None:
    """Show what becomes of each declaration, or of those called NAMES: the resources, as a tree or as Mermaid."""
    nodes = becomes(load_catalog(root, environment))
    known = {node.name.rpartition("/")[2] for node in nodes}
    for name in names:
        if name not in known:
            raise InputError.of(f'nothing is called "{name}"; {suggest(name, known)}')
    if plan_file is not None:
        if environment is None:
            raise InputError.of("a plan is of one environment; name it with --env", file=plan_file)
        nodes = planned(nodes, environment, read_plan(plan_file))
    chosen = tuple(node for node in nodes if not names or node.name.rpartition("/")[2] in names)
    click.echo(as_tree(chosen) if form == "tree" else as_mermaid(chosen))


def planned(nodes: tuple[Node, ...], environment: str, plan: Plan) -> tuple[Node, ...]:
    """`nodes` with what `plan` makes of each: the components called after it, and all that is below them."""
    below: dict[str, list[Resource]] = {}
    for resource in plan.resources:
        below.setdefault(resource.parent or "", []).append(resource)

    def drawn(resource: Resource) -> Node:
        parts = sorted(below.get(resource.urn, ()), key=lambda part: (part.type, part.name))
        return Node(resource.type.rpartition(":")[2], resource.name, tuple(map(drawn, parts)))

    roots: dict[str, list[Node]] = {}
    for resource in sorted(plan.resources, key=lambda each: each.urn):
        if resource.type.startswith("apex:index:") and resource.name.startswith(f"{environment}-"):
            roots.setdefault(resource.name.removeprefix(f"{environment}-"), []).append(drawn(resource))
    return tuple(
        Node(node.what, node.name, tuple(roots.get(node.name.rpartition("/")[2], node.parts))) for node in nodes
    )
