"""`apex check`: judge plans, states, manifests and declarations by the policy packs, without an engine."""

import datetime
import getpass
import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import click

from apex.errors import InputError
from apex.git import last_change
from apex.policy.catalog import Declared, find_catalog, read_declared
from apex.policy.catalog_inputs import catalog_of, read_catalog
from apex.policy.configuration import read_configuration
from apex.policy.frameworks import framework as find_framework
from apex.policy.inputs import Input, read_inputs
from apex.policy.judge import Choice, judge
from apex.policy.packs import find_packs, load_packs
from apex.policy.rule import Severity
from apex.report.audit import Decision, append
from apex.report.findings import Judgement, to_json, to_markdown, to_table
from apex.report.junit import to_junit
from apex.report.sarif import to_sarif

_RENDERERS = {
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
@click.option("--audit-log", type=click.Path(path_type=Path), help="Append the decision to this log.")
def check(
    inputs: tuple[Path, ...],
    form: str,
    out: Path | None,
    packs: tuple[str, ...],
    framework: str,
    severity: str,
    environment: str,
    baseline: Path | None,
    audit_log: Path | None,
) -> int:
    """Judge INPUTS by the policy packs: engine plans and states, Kubernetes YAML, catalog YAML, or lines of JSON.

    The files of a catalog are judged as each environment deploys them, with its overlay and the labels that Apex adds.
    Lines of JSON hold one resource each: {"type": "aws:s3/bucket:Bucket", "name": "raw", "props": {}}.
    Exit status 0: allowed, 1: refused, 2: bad input.
    """
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
    if audit_log:
        _record(audit_log, judgement, inputs, environment)
    if out:
        out.write_text(text, encoding="utf-8")
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


def _record(log: Path, judgement: Judgement, inputs: tuple[Path, ...], environment: str) -> None:
    """Append what was decided on which files, by whom and on which commit."""
    digest = hashlib.sha256()
    for path in inputs:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(file.read_bytes())
    decision = Decision(
        time=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        actor=os.environ.get("GITHUB_ACTOR") or getpass.getuser(),
        commit=last_change(Path.cwd()) or "",
        environment=environment,
        plan_digest=f"sha256:{digest.hexdigest()}",
        judgement=judgement,
        cost={},
    )
    append(log, decision)
