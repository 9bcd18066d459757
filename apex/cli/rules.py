"""`apex rules`: list the rules of the packs."""

import json
from pathlib import Path

import click

from apex.policy.packs import find_packs, load_packs
from apex.report.rules import rule_as_data, to_page


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["json", "markdown", "table"]), default="table", help="How to show."
)
@click.option("--pack", "packs", multiple=True, help="This pack only; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a page per pack into this folder (markdown).")
def rules(form: str, packs: tuple[str, ...], out: Path | None) -> None:
    """List the policy rules: what each asks for, why, and how to comply."""
    found = load_packs(find_packs(Path.cwd()), packs)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        for pack in found:
            (out / f"{pack.name}.md").write_text(to_page(pack), encoding="utf-8")
        click.echo(f"{sum(len(pack.rules) for pack in found)} rules in {out}")
    elif form == "json":
        data = [rule_as_data(rule) for pack in found for rule in sorted(pack.rules, key=lambda rule: rule.id)]
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif form == "markdown":
        click.echo("\n".join(to_page(pack) for pack in found), nl=False)
    else:
        for pack in found:
            for rule in sorted(pack.rules, key=lambda rule: rule.id):
                click.echo(f"{rule.severity.value:<8} {rule.enforcement.value:<9} {pack.name}/{rule.id}  {rule.title}")
