"""`apex prices`: the price catalogue."""

import click

from apex.errors import InputError
from apex.pricing.catalogue import load_catalogue
from apex.pricing.document import plain


@click.group("prices")
def prices() -> None:
    """Show the price catalogue, or refresh it from AWS."""


@prices.command("show")
@click.argument("query", nargs=-1, required=True)
def show(query: tuple[str, ...]) -> None:
    """List every price whose service, item or region holds each word of QUERY."""
    found = load_catalogue().search(" ".join(query))
    if not found:
        raise InputError.of(f'no price matches "{" ".join(query)}"; try a service (AmazonMSK) or an item (gp3)')
    for price in found:
        tier = f" above {plain(price.start)}" if price.start else ""
        click.echo(
            f"{price.service:<22} {price.item:<34} {price.region:<15} {plain(price.amount):>14} "
            f"USD a {price.unit}{tier}"
            f"  as of {price.as_of}  {price.source}"
        )
