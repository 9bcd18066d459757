"""`apex diff`: how two environments differ."""

import itertools
import json
from dataclasses import asdict
from pathlib import Path

import click

from apex.specs import load_catalog
from apex.specs.differences import Difference, differences


@click.command()
@click.argument("before", metavar="ENV")
@click.argument("after", metavar="ENV")
@click.option(
    "--catalog", "root", type=click.Path(path_type=Path), default=Path("catalog"), help="The catalog's folder."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to tell the result.")
def diff(before: str, after: str, root: Path, form: str) -> None:
    """Show how two environments differ, field by field; `base` is what they have in common."""
    left, right = (load_catalog(root, None if name == "base" else name) for name in (before, after))
    found = differences(left, right)
    if form == "json":
        document = {"before": before, "after": after, "differences": [asdict(item) for item in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif not found:
        click.echo(f"{before} and {after} declare the same")
    else:
        click.echo(_text(found, before, after))


def _text(found: list[Difference], before: str, after: str) -> str:
    lines = []
    for (kind, namespace, name), items in itertools.groupby(found, lambda item: (item.kind, item.namespace, item.name)):
        title = f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
        listed = list(items)
        if not listed[0].field:
            lines.append(f"{title}: only in {before if listed[0].before else after}")
            continue
        lines.append(title)
        lines += [f"  {item.field}: {item.before or 'absent'} -> {item.after or 'absent'}" for item in listed]
    return "\n".join(lines)
