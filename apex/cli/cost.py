"""`apex cost`: price a plan or a state of any Pulumi program, without running it."""

import json
from pathlib import Path

import click

from apex.plan import read_plan
from apex.pricing.document import bill_document
from apex.pricing.estimate import Pricing, estimate
from apex.pricing.render import render_table


@click.command("cost")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--region", help="Where resources run that do not say it themselves.")
@click.option("--out", type=click.Path(path_type=Path))
def cost(plan: Path, form: str, region: str | None, out: Path | None) -> None:
    """Price PLAN: the output of `pulumi preview --json` or `pulumi stack export`."""
    bill = estimate(read_plan(plan), Pricing(region=region))
    text = json.dumps(bill_document(bill), indent=2) + "\n" if form == "json" else render_table(bill)
    if out:
        out.write_text(text, "utf-8")
    else:
        click.echo(text, nl=False)
