"""The `apex` command: thin commands, one a file, over the rest of the library.

Exit status of every command: 0 allowed or done, 1 refused by a policy or a budget, 2 bad input.
"""

import importlib
import sys
from typing import Any

import click

from apex.errors import InputError

COMMANDS: dict[str, str] = {
    # name of the command: one line of help (kept here so that `apex --help` imports no command)
    "admission": "Write the Kubernetes rules as admission policies.",
    "audit": "Verify the log of decisions.",
    "check": "Judge plans, states, manifests and declarations without an engine.",
    "rules": "List the policy rules.",
    "coverage": "Show which controls of a framework the rules serve.",
    "cost": "Price a plan or a state of any Pulumi program.",
    "prices": "Show the price catalogue, or refresh it from AWS.",
    "destroy": "Delete every resource of an environment.",
    "diff": "Show how two environments differ, field by field.",
    "explain": "Tell what a kind or a field is.",
    "graph": "Show what becomes of each declaration.",
    "new": "Start a declaration that validates.",
    "preview": "Plan an environment with every policy pack.",
    "schema": "Write JSON Schemas and CRDs of the kinds.",
    "up": "Deploy an environment with every policy pack.",
    "validate": "Check what is declared in the catalog.",
}
"""Each command `some-name` is the click command `some_name` of the module `apex.cli.some_name`."""


class Commands(click.Group):
    """Loads a command only when it is called, so that a fast one does not pay for a slow one's imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called `cmd_name`, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"apex.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="apex-platform")
def apex() -> None:
    """Decide what a change costs, who pays for it and whether it is allowed, before it is deployed."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status; bad input is told without a traceback."""
    try:
        status: Any = apex.main(args=arguments, prog_name="apex", standalone_mode=False)
    except InputError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)
