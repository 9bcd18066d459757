"""`apex admission`: write the Kubernetes rules as admission policies for the running cluster."""

from pathlib import Path

import click
import yaml

from apex.policy.admission import admission_of


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write into.")
@click.option("--pack", "packs", multiple=True, help="This pack only; may be repeated.")
@click.option("--env", "environment", default="", help="The environment whose settings and catalog count.")
def admission(out: Path, packs: tuple[str, ...], environment: str) -> None:
    """Write each rule on Kubernetes objects as a ValidatingAdmissionPolicy with its binding, one file a rule."""
    objects = admission_of(Path.cwd(), packs, environment)
    out.mkdir(parents=True, exist_ok=True)
    names = sorted({each["metadata"]["name"] for each in objects})
    for name in names:
        documents = [each for each in objects if each["metadata"]["name"] == name]
        text = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=120)
        (out / f"{name}.yaml").write_text(text, encoding="utf-8")
    click.echo(f"{len(names)} admission policies in {out}")
