"""`apex coverage`: which controls of a framework are served by which rules, and which are not."""

import json
from pathlib import Path

import click

from apex.policy.frameworks import coverage as find_coverage
from apex.policy.frameworks import framework as find_framework
from apex.policy.packs import find_packs, load_packs


@click.command()
@click.option("--framework", "name", required=True, help="The framework, such as cis-aws.")
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="table", help="How to show it.")
def coverage(name: str, form: str) -> None:
    """Show which controls of a framework the rules serve, and which none serves."""
    wanted = find_framework(name)
    rules = [rule for pack in load_packs(find_packs(Path.cwd())) for rule in pack.rules]
    serving = find_coverage(wanted, rules)
    covered = sum(bool(names) for names in serving.values())
    if form == "json":
        document = {
            "framework": wanted.id,
            "title": wanted.title,
            "scope": wanted.scope,
            "covered": covered,
            "controls": [
                {"id": control, "about": wanted.controls.get(control, ""), "rules": list(names)}
                for control, names in serving.items()
            ],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    click.echo(f"{wanted.title}\n{wanted.scope}")
    for control, names in serving.items():
        click.echo(f"{'✓' if names else '✗'} {control:<10} {wanted.controls.get(control, '')}")
        for each in names:
            click.echo(f"    {each}")
    click.echo(f"{covered} of {len(serving)} controls are served")
