"""A catalog's files as `apex check` judges them: as the environments deploy them, overlays and Apex's labels included.

A base document by itself is no deployment: the overlay may complete it, and Apex labels plain manifests with who pays
and with the environment. So each file is judged once for every environment that it has a part in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from apex import tags
from apex.plan import Resource, decode
from apex.policy.catalog import as_resource, shown_path
from apex.policy.inputs import Input, as_manifest
from apex.policy.kubernetes import TEMPLATE_PATHS
from apex.specs import Catalog, Declaration, load_catalog
from apex.specs.base import Spec
from apex.specs.loader import BASE

FOLDER = "catalog"


def catalog_of(path: Path) -> Path | None:
    """The catalog whose declarations `path` holds; None for a path outside any, or among its schemas."""
    here = path.resolve()
    for root in (here, *here.parents):
        if root.name == FOLDER and (root / BASE).is_dir():
            part = here.relative_to(root).parts[:1]
            return None if part and part[0].startswith(".") else root
    return None


def read_catalog(root: Path, path: Path, environment: str) -> list[Input]:
    """The declarations of the catalog at `root` that `path` takes part in, for each environment. Raises InputError."""
    part = path.resolve().relative_to(root).parts[:1]
    present = sorted(folder.name for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    overlays = [name for name in present if name != BASE]
    if environment:
        chosen: Sequence[str] = [environment]
    elif part and part[0] != BASE:
        chosen = [part[0]]
    else:
        chosen = overlays or [""]
    return [_input(load_catalog(root, name if name in overlays else None), name, path.resolve()) for name in chosen]


def _input(catalog: Catalog, environment: str, path: Path) -> Input:
    pairs = [(declaration, _resource(declaration, catalog, environment)) for declaration in catalog.declarations]
    chosen = frozenset(
        resource.urn
        for declaration, resource in pairs
        if any(source.file.resolve().is_relative_to(path) for source in declaration.sources)
    )
    return Input(tuple(resource for _, resource in pairs), stack=environment, chosen=chosen)


def _resource(declaration: Declaration[Any], catalog: Catalog, environment: str) -> Resource:
    file = shown_path(declaration.shown, catalog.root)
    if isinstance(declaration.model, Spec):
        name = f"{declaration.namespace}/{declaration.name}" if declaration.namespace else declaration.name
        return as_resource(declaration.kind, name, declaration.content, file, declaration.line)
    resource = as_manifest(declaration.content, file, declaration.line)
    owner = catalog.ownership.owner(declaration)
    if owner is None:
        return resource
    if not owner.data_modalities:
        # Data of no stated modality are the platform's own, which are of every kind.
        owner = replace(owner, data_modalities=tuple(sorted(tags.MODALITIES)))
    labels = owner.cost_tags(environment or BASE).kubernetes()
    return replace(resource, inputs=_labelled(declaration.kind, decode(declaration.content), labels))


def _labelled(kind: str, document: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """The manifest as it is deployed: the labels of who pays on the object and on its pods."""
    done = _with_labels(document, (), labels)
    for path in _places(kind):
        done = _with_labels(done, path, labels)
    return done


def _places(kind: str) -> Iterator[Sequence[str]]:
    if kind in TEMPLATE_PATHS:
        yield TEMPLATE_PATHS[kind].split(".")


def _with_labels(holder: Mapping[str, Any], path: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    if path:
        return {**holder, path[0]: _with_labels(holder.get(path[0]) or {}, path[1:], labels)}
    metadata = holder.get("metadata") or {}
    return {**holder, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **labels}}}
