"""`apex explain`: what a kind or a field is."""

import click

from apex.specs.explain import explain_field


@click.command()
@click.argument("address", metavar="KIND[.FIELD]")
def explain(address: str) -> None:
    """Tell what a kind or a field is: its meaning, type, default and an example.

    For example: apex explain DataPipeline.spec.monitoring.alerts.threshold
    """
    click.echo(explain_field(address))
