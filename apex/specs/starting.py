"""Starting files: a commented declaration of a kind that is right as it stands."""

import datetime
import re
from importlib import resources
from pathlib import Path
from string import Template

from apex.errors import InputError
from apex.specs.catalog import Catalog
from apex.specs.finops import NamespaceOwner
from apex.specs.governance import MAX_WAIVER_DAYS
from apex.specs.kinds import suggest
from apex.specs.platform import PlatformSpec, SchemaFile

_FOLDER = resources.files("apex.specs").joinpath("data", "new")


def starting_kinds() -> list[str]:
    """The kinds that a file can be started for, sorted."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml"))


def starting_kind(word: str) -> str:
    """The kind that `word` names, however it is capitalised. Raises InputError where there is none."""
    found = {kind.lower(): kind for kind in starting_kinds()}.get(word.lower())
    if found is None:
        raise InputError.of(f'"{word}" is not a kind; {suggest(word, starting_kinds())}')
    return found


def starting_text(kind: str, name: str, catalog: Catalog, namespace: str, schema: str, today: datetime.date) -> str:
    """A document of `kind` called `name` that refers only to what `catalog` has."""
    if not re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", name):
        raise InputError.of(f'"{name}" is not a valid name; use lower-case letters, digits and "-"')
    owner = catalog.ownership.of_namespace(namespace)
    if owner is None:
        known = catalog.ownership.namespaces
        raise InputError.of(f'namespace "{namespace}" has no entry in the ownership file; {suggest(namespace, known)}')
    platforms = [found.model.spec for found in catalog.platform]
    schema_file = _first_schema(platforms)
    registries = [item.name for spec in platforms for item in spec.registries if item.holds == "models"]
    images = [item.address for spec in platforms for item in spec.registries if item.holds == "images"]
    roles = [role.name for spec in platforms for role in spec.roles]
    values = {
        "name": name,
        "namespace": namespace,
        "project": owner.project,
        "team": owner.team,
        "cost_center": owner.cost_center,
        "registry": (registries or ["models"])[0],
        "images": (images or ["registry.example.com"])[0],
        "role": (roles or ["data-engineer"])[0],
        "schema": schema,
        "schema_type": schema_file.type if schema_file else "json",
        "schema_path": schema_file.path if schema_file else f"s3://schemas/{name}.json",
        "database": namespace.replace("-", "_"),
        "table": name.replace("-", "_"),
        "expires": str(today + datetime.timedelta(days=MAX_WAIVER_DAYS // 3)),
    }
    return Template(_FOLDER.joinpath(f"{kind}.yaml").read_text(encoding="utf-8")).substitute(values)


def first_namespace(catalog: Catalog, team: str | None) -> str:
    """The first namespace of `team`, or of anybody. Raises InputError where there is none."""
    entries: list[NamespaceOwner] = [entry for _, entry in sorted(catalog.ownership.namespaces.items())]
    names = [entry.name for entry in entries if team in (None, entry.team)]
    if not names:
        whose = f'team "{team}" has no namespace' if team else "no team has a namespace"
        teams = {entry.team for entry in entries}
        raise InputError.of(f"{whose} in the ownership file; {suggest(team or '', teams)}")
    return names[0]


def schema_address(target: Path, root: Path) -> str:
    """The path of the catalog's JSON Schema as seen from the file `target` below `root`."""
    depth = len(target.relative_to(root).parts) - 1
    return "../" * depth + ".schema/catalog.schema.json"


def _first_schema(platforms: list[PlatformSpec]) -> SchemaFile | None:
    return next((schema for spec in platforms for schema in spec.schemas), None)
