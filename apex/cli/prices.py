"""`apex prices`: show the price catalogue, refresh it from AWS."""

import shutil
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import click

from apex.errors import InputError
from apex.pricing.catalogue import load_catalogue, load_catalogue_from
from apex.pricing.document import plain

_FILE = click.Path(path_type=Path)


@click.group("prices")
def prices() -> None:
    """Show the price catalogue, or refresh it from AWS."""


@prices.command("show")
@click.argument("query", nargs=-1, required=True)
@click.option("--prices", "folder", type=_FILE, help="A folder that `apex prices refresh` wrote.")
def show(query: tuple[str, ...], folder: Path | None) -> None:
    """List every price whose service, item or region holds each word of QUERY."""
    catalogue = load_catalogue_from(folder) if folder else load_catalogue()
    found = catalogue.search(" ".join(query))
    if not found:
        raise InputError.of(f'no price matches "{" ".join(query)}"; try a service (AmazonMSK) or an item (gp3)')
    for price in found:
        tier = f" above {plain(price.start)}" if price.start else ""
        click.echo(
            f"{price.service:<22} {price.item:<34} {price.region:<15} {plain(price.amount):>14} "
            f"USD a {price.unit}{tier}"
            f"  as of {price.as_of}  {price.source}"
        )


@prices.command("refresh")
@click.option("--region", "regions", multiple=True, default=("us-east-1",), help="May be given several times.")
@click.option("--out", type=_FILE, default=Path(".apex/prices"), help="Where the catalogue is written.")
def refresh(regions: tuple[str, ...], out: Path) -> None:
    """Ask AWS's Price List API and spot history, and write a catalogue to use with `apex cost --prices`.

    A run that was cut short goes on where it stopped. It needs pricing:GetProducts and ec2:DescribeSpotPriceHistory.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from rich.console import Console
    from rich.progress import Progress

    from apex.pricing.price_list import QUERIES
    from apex.pricing.refresh import Refresher, merge, write_catalogue

    patient = Config(retries={"mode": "adaptive", "max_attempts": 8})

    def ec2(region: str) -> Any:
        return boto3.client("ec2", region_name=region, config=patient)

    parts = out / "answers"
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("asking AWS", total=len(regions) * (len(QUERIES) + 1))

        def tell(text: str) -> None:
            bar.update(task, advance=1, description=text)

        # The API has few endpoints; the one asked says nothing of the region that is priced.
        pricing = boto3.client("pricing", region_name="us-east-1", config=patient)
        refresher = Refresher(pricing, ec2, parts, tell=tell)
        try:
            found = refresher.run(regions, datetime.now(UTC).date().isoformat())
        except (BotoCoreError, ClientError) as error:
            raise InputError.of(f"AWS did not answer ({error}); set credentials and run it again to go on") from error
    instances = (resources.files("apex.pricing") / "data" / "instances.csv").read_text("utf-8")
    write_catalogue(out, merge(load_catalogue(), found), instances)
    shutil.rmtree(parts)
    click.echo(f"{len(found)} prices of {', '.join(regions)} written to {out}")
