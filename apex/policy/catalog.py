"""What the catalog says to policies: who may be billed, what is waived, and the declarations themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from apex import tags
from apex.plan import Resource
from apex.policy.stack import Owners
from apex.policy.waivers import Waiver
from apex.specs.catalog import Catalog, Declaration
from apex.specs.loader import load_catalog

TYPE_PREFIX = "apex:catalog:"
"""A declaration is judged like a resource of the type `apex:catalog:<Kind>`."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What policies need of a catalog."""

    owners: Owners = field(default_factory=Owners)
    waivers: tuple[Waiver, ...] = ()
    resources: tuple[Resource, ...] = ()


def find_catalog(start: Path) -> Path | None:
    """The catalog in `start` or the nearest folder above it that has one."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "catalog" / "base").is_dir():
            return folder / "catalog"
    return None


@lru_cache(maxsize=8)
def read_declared(root: Path, environment: str) -> Declared:
    """The catalog at `root` for `environment`; its base alone where it has no folder for it. Raises InputError."""
    catalog = load_catalog(root, environment if environment and (root / environment).is_dir() else None)
    waivers = tuple(_waiver(each, shown_path(each.shown, root)) for each in catalog.waivers)
    return Declared(_owners(catalog), waivers, _resources(catalog, root))


def shown_path(file: str, root: Path) -> str:
    """`file` of the catalog at `root` as messages name it: from the project's folder, which holds the catalog."""
    path, project = Path(file), root.resolve().parent
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else file


def as_resource(kind: str, name: str, content: Mapping[str, Any], file: str, line: int) -> Resource:
    """One declaration as a resource that rules can look at."""
    urn = f"urn:pulumi:git::catalog::{TYPE_PREFIX}{kind}::{name}"
    return Resource(urn, f"{TYPE_PREFIX}{kind}", name, inputs=content, custom=False, file=file, line=line)


def _resources(catalog: Catalog, root: Path) -> tuple[Resource, ...]:
    found = []
    for each in catalog.declarations:
        name = f"{each.namespace}/{each.name}" if each.namespace else each.name
        found.append(as_resource(each.kind, name, each.content, shown_path(each.shown, root), each.line))
    return tuple(found)


def _owners(catalog: Catalog) -> Owners:
    allowed = catalog.ownership.allowed
    return Owners(
        teams=frozenset(allowed[tags.TEAM]),
        cost_centers=frozenset(allowed[tags.COST_CENTER]),
        projects=frozenset(allowed[tags.PROJECT]),
    )


def _waiver(declaration: Declaration[Any], file: str) -> Waiver:
    spec = declaration.model.spec
    return Waiver(
        name=declaration.name,
        policy=spec.policy,
        resource=spec.resource,
        reason=spec.reason,
        approved_by=spec.approved_by,
        expires=spec.expires,
        issue=spec.issue,
        file=file,
        line=declaration.line,
    )
