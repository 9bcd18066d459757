"""`apex check`: judge plans, states, manifests and declarations by the policy packs, without an engine."""

import datetime
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import click

from apex.cli.decisions import decision_log_option, record, require_sound
from apex.cli.output import write_file
from apex.errors import InputError
from apex.policy.catalog import Declared, find_catalog, read_declared
from apex.policy.catalog_inputs import catalog_of, read_catalog
from apex.policy.configuration import read_configuration
from apex.policy.frameworks import framework as find_framework
from apex.policy.inputs import Input, read_inputs
from apex.policy.judge import Choice, judge
from apex.policy.packs import find_packs, load_packs
from apex.policy.rule import Severity
from apex.report.findings import Judgement, to_json, to_markdown, to_table
from apex.report.junit import to_junit
from apex.report.sarif import to_sarif


def _to_html(judgement: Judgement) -> str:
    from apex.report.html import findings_to_html  # a page's libraries are loaded for a page only

    return findings_to_html(judgement)


_RENDERERS = {
    "html": _to_html,
    "json": to_json,
    "junit": to_junit,
    "markdown": to_markdown,
    "sarif": to_sarif,
    "table": to_table,
}


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(sorted(_RENDERERS)), default="table", help="How to show the result."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the result to a file.")
@click.option("--pack", "packs", multiple=True, help="Run this pack only; may be repeated.")
@click.option("--framework", default="", help="Run the rules that serve this framework only.")
@click.option("--severity", type=click.Choice([s.value for s in Severity]), default="low", help="The least severity.")
@click.option("--env", "environment", default="", help="The environment; a plan's or state's own where left out.")
@click.option("--baseline", type=click.Path(path_type=Path), help="A state or plan whose findings do not block again.")
@decision_log_option
def check(
    inputs: tuple[Path, ...],
    form: str,
    out: Path | None,
    packs: tuple[str, ...],
    framework: str,
    severity: str,
    environment: str,
    baseline: Path | None,
    log: Path | None,
) -> int:
    """Judge INPUTS by the policy packs: engine plans and states, Kubernetes YAML, catalog YAML, or lines of JSON.

    The files of a catalog are judged as each environment deploys them, with its overlay and the labels that Apex adds.
    Lines of JSON hold one resource each: {"type": "aws:s3/bucket:Bucket", "name": "raw", "props": {}}.
    Exit status 0: allowed, 1: refused, 2: bad input.
    """
    require_sound(log)
    choice = Choice(find_framework(framework).id if framework else "", Severity(severity))
    loaded = load_packs(find_packs(Path.cwd()), packs)
    rules = choice.of(rule for pack in loaded for rule in pack.rules)
    read = list(_read(inputs, environment))
    before = read_inputs([baseline]) if baseline else []
    root = find_catalog(Path.cwd())
    declared = read_declared(root, environment or (read[0].stack if read else "")) if root else Declared()
    today = datetime.datetime.now(datetime.UTC).date()
    configuration_of = lru_cache(lambda where: read_configuration(loaded, where))
    waived = judge(rules, read, declared, environment, today, before, configuration_of)
    judgement = Judgement(rules, sum(each.count for each in read), waived)
    text = _RENDERERS[form](judgement)
    if log:
        record(log, judgement, inputs, environment, {}, Path.cwd())
    if out:
        write_file(out, text)
        click.echo(judgement.summary())
    else:
        click.echo(text, nl=False)
    return judgement.status


def _read(paths: Iterable[Path], environment: str) -> Iterator[Input]:
    """Everything in `paths`. The files of a catalog are read as the environments deploy them."""
    for path in paths:
        if not path.exists():
            raise InputError.of("is not there; name a file or a folder", file=path)
        root = catalog_of(path)
        yield from read_catalog(root, path, environment) if root else read_inputs([path])
