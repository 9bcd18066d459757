"""`apex cost`: price a plan or a state of any Pulumi program, without running it."""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from apex.cli.output import write_file
from apex.errors import InputError
from apex.plan import Plan, read_plan
from apex.pricing.allocation import SPLITS, groups
from apex.pricing.budgets import Budget, decide_budgets
from apex.pricing.catalogue import CURRENCY, load_catalogue, load_catalogue_from
from apex.pricing.document import bill_document
from apex.pricing.estimate import Pricing, estimate
from apex.pricing.focus import focus_csv
from apex.pricing.forecast import forecast
from apex.pricing.from_catalog import budgets_of, check_teams, read_declarations, usage_of
from apex.pricing.markdown import render_markdown
from apex.pricing.render import render_table
from apex.pricing.stack import Purchase
from apex.pricing.usage import UsageBook
from apex.report.cost import CostReport
from apex.specs.loader import load_catalog

FORMATS = ("table", "json", "csv", "markdown", "html")
_FILE = click.Path(path_type=Path)


class Share(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """A part of a whole: 0.3 is 30 %."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """`value` as a Decimal from 0 to 1."""
        try:
            share = Decimal(str(value))
        except InvalidOperation:
            share = Decimal(-1)
        if not (share.is_finite() and 0 <= share <= 1):
            self.fail(f'"{value}" is not a share; write a number from 0 to 1, as 0.3', param, ctx)
        return share


SHARE = Share()


@click.command("cost")
@click.argument("plan", type=_FILE)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help="csv has the columns of FOCUS 1.2.")
@click.option("--out", type=_FILE, help="Write here instead of to the terminal.")
@click.option("--region", help="Where resources run that do not say it themselves.")
@click.option("--currency", default=CURRENCY, help="Only USD: AWS's list prices are in it.")
@click.option("--catalog", "catalog", type=_FILE, help="The catalog folder: its budgets and usage are used.")
@click.option("--env", "environment", help="The catalog's overlay.")
@click.option("--usage", "usage_files", type=_FILE, multiple=True, help="A file of Usage documents.")
@click.option("--budgets", "budget_files", type=_FILE, multiple=True, help="A file of Budget documents.")
@click.option("--baseline", type=_FILE, help="What is deployed (`pulumi stack export`), to say what a change adds.")
@click.option("--prices", "prices", type=_FILE, help="A folder that `apex prices refresh` wrote.")
@click.option("--split", type=click.Choice(SPLITS), default=SPLITS[0], help="How shared cost is split between teams.")
@click.option(
    "--committed",
    nargs=2,
    type=SHARE,
    default=(Decimal(0), Decimal(0)),
    metavar="COVERAGE DISCOUNT",
    help="Savings Plans or reservations: the share of on-demand hours they cover, and what they take off.",
)
@click.option("--spot-discount", type=SHARE, default=Decimal("0.5"), help="Off on-demand where no spot price is known.")
@click.option("--forecast", "ahead", is_flag=True, help="Add twelve months ahead (html has them always).")
def cost(
    plan: Path, form: str, out: Path | None, region: str | None, currency: str, catalog: Path | None,
    environment: str | None, usage_files: tuple[Path, ...], budget_files: tuple[Path, ...], baseline: Path | None,
    prices: Path | None, split: str, committed: tuple[Decimal, Decimal], spot_discount: Decimal, ahead: bool,
) -> None:  # fmt: skip
    """Price PLAN: the output of `pulumi preview --json` or `pulumi stack export`.

    Nothing is deployed and nothing refused: budgets are shown, not enforced.
    """
    if currency != CURRENCY:
        raise InputError.of(f'"{currency}" is not a currency of the prices; use {CURRENCY}', field="--currency")
    what = read_plan(plan)
    budgets, usage = _declared(what, catalog, environment, budget_files, usage_files)
    purchase = Purchase(spot_discount, *committed)
    pricing = Pricing(load_catalogue_from(prices) if prices else load_catalogue(), usage, region, purchase)
    bill = estimate(what, pricing)
    deployed = estimate(read_plan(baseline), pricing) if baseline else None
    verdicts = decide_budgets(bill, budgets, deployed)
    months = forecast(what, pricing, budgets) if ahead or form == "html" else None
    text = _render(form, CostReport(bill, deployed, verdicts, split, months))
    if out:
        write_file(out, text)
    else:
        click.echo(text, nl=False)


def _declared(
    plan: Plan, folder: Path | None, environment: str | None, budget_files: tuple[Path, ...],
    usage_files: tuple[Path, ...],
) -> tuple[tuple[Budget, ...], UsageBook]:  # fmt: skip
    budgets: tuple[Budget, ...] = ()
    usage = UsageBook()
    if folder:
        declared = load_catalog(folder, environment)
        budgets, usage = budgets_of(declared.declarations), usage_of(declared.declarations)
    if budget_files:
        own = budgets_of(read_declarations(budget_files))
        check_teams(own, declared.ownership.allowed if folder else {}, plan)
        budgets += own
    if usage_files:
        own_usage = usage_of(read_declarations(usage_files))
        usage = UsageBook((*usage.entries, *own_usage.entries))
    return budgets, usage


def _render(form: str, report: CostReport) -> str:
    if form == "html":
        from apex.report.html import cost_to_html  # a page's libraries are loaded for a page only

        return cost_to_html(report)
    bill, verdicts, months = report.bill, report.verdicts, report.forecast
    if form == "csv":
        return focus_csv(bill, datetime.now(UTC).date())
    by = groups(bill, report.split)
    if form == "json":
        return json.dumps(bill_document(bill, verdicts, by, months), indent=2, ensure_ascii=False) + "\n"
    if form == "markdown":
        return render_markdown(bill, verdicts, by, months)
    return render_table(bill, verdicts, by, months)
