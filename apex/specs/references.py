"""References between declarations: what is named has to exist."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apex import tags
from apex.errors import Problem
from apex.specs.catalog import Declaration, Owners
from apex.specs.component import MultimodalAIComponent
from apex.specs.document import Path_, dotted
from apex.specs.finops import Budget, Ownership, Usage
from apex.specs.governance import MAX_WAIVER_DAYS, DataContract, Waiver
from apex.specs.kinds import suggest
from apex.specs.pipeline import DataPipeline
from apex.specs.platform import TIERS, Platform
from apex.specs.schema_files import check_schema_files, columns

Found = Iterator[tuple[Path_, str]]


def check_references(
    declarations: tuple[Declaration[Any], ...], root: Path | None, today: datetime.date
) -> list[Problem]:
    """Every name in `declarations` that refers to nothing.

    Names are held against the documents that declare them; where there is no Ownership (or Platform) at all, as when a
    single file is checked, nothing can be said about owners (or topics, schemas, registries and roles).
    """
    known = _Known(declarations, today)
    problems = []
    for declaration in declarations:
        found = list(_check(declaration, known))
        if isinstance(declaration.model, Platform):
            found += check_schema_files(declaration, root)
        for path, message in found:
            source, line, column = declaration.place(path)
            problems.append(Problem(source.shown, line, column, dotted(path), message))
    return problems


class _Known:
    def __init__(self, declarations: tuple[Declaration[Any], ...], today: datetime.date) -> None:
        models = [declaration.model for declaration in declarations]
        ownerships = tuple(model for model in models if isinstance(model, Ownership))
        platforms = [model.spec for model in models if isinstance(model, Platform)]
        self.today = today
        self.owners = Owners.of(ownerships) if ownerships else None
        self.has_platform = bool(platforms)
        self.topics = {topic.name for spec in platforms for topic in spec.topics}
        self.schemas = {schema.path: schema for spec in platforms for schema in spec.schemas}
        self.columns = {
            schema.path: columns(schema, declaration.file.parent)
            for declaration in declarations
            if isinstance(declaration.model, Platform)
            for schema in declaration.model.spec.schemas
        }
        self.roles = {role.name for spec in platforms for role in spec.roles}
        self.registries = {item.name for spec in platforms for item in spec.registries if item.holds == "models"}
        self.pipelines = {d.name for d in declarations if isinstance(d.model, DataPipeline)}
        self.declared = bool(ownerships)
        self.contracts = [d for d in declarations if isinstance(d.model, DataContract)]
        self.first: dict[tuple[str, str], Declaration[Any]] = {}
        for declaration in declarations:
            self.first.setdefault((declaration.kind, declaration.name), declaration)


def _check(declaration: Declaration[Any], known: _Known) -> Found:
    model = declaration.model
    if isinstance(model, Ownership):
        yield from _check_ownership(model, known)
    elif isinstance(model, Budget):
        yield from _check_budget(model, known)
    elif isinstance(model, Waiver):
        yield from _check_waiver(model, known)
    elif isinstance(model, DataPipeline):
        yield from _check_owner(declaration, known)
        yield from _check_name(declaration, known)
        yield from _check_pipeline(model, known)
    elif isinstance(model, MultimodalAIComponent):
        yield from _check_owner(declaration, known)
        yield from _check_name(declaration, known)
        yield from _check_named(
            ("spec", "model", "repository"),
            model.spec.model.repository,
            known.registries,
            "registry",
            known.has_platform,
        )
    elif isinstance(model, DataContract):
        yield from _check_owner(declaration, known)
        yield from _check_name(declaration, known)
        yield from _check_contract(model, known)
        yield from _check_dataset(declaration, known)
    elif isinstance(model, Usage) and known.declared:
        for name in model.spec.pipelines:
            yield from _check_named(("spec", "pipelines", name), name, known.pipelines, "pipeline", True)


def _check_named(path: Path_, name: str | None, names: Any, what: str, known: bool) -> Found:
    if known and name is not None and name not in names:
        yield path, f'there is no {what} "{name}"; {suggest(name, names)}'


def _check_ownership(model: Ownership, known: _Known) -> Found:
    owners = known.owners
    assert owners is not None
    for at, team in enumerate(model.spec.teams):
        here: Path_ = ("spec", "teams", at)
        for number, name in enumerate(team.cost_centers):
            yield from _check_named((*here, "costCenters", number), name, owners.cost_centers, "cost center", True)
        for number, name in enumerate(team.projects):
            yield from _check_named((*here, "projects", number), name, owners.projects, "project", True)
    for at, entry in enumerate(model.spec.namespaces):
        here = ("spec", "namespaces", at)
        yield from _check_named((*here, "team"), entry.team, owners.teams, "team", True)
        yield from _check_named((*here, "project"), entry.project, owners.projects, "project", True)
        yield from _check_named((*here, "costCenter"), entry.cost_center, owners.cost_centers, "cost center", True)


def _check_budget(model: Budget, known: _Known) -> Found:
    if known.owners is not None:
        scope = model.spec.scope
        yield from _check_named(("spec", "scope", "project"), scope.project, known.owners.projects, "project", True)
        yield from _check_named(("spec", "scope", "team"), scope.team, known.owners.teams, "team", True)
        centers = known.owners.cost_centers
        yield from _check_named(("spec", "scope", "costCenter"), scope.cost_center, centers, "cost center", True)


def _check_waiver(model: Waiver, known: _Known) -> Found:
    last = known.today + datetime.timedelta(days=MAX_WAIVER_DAYS)
    if model.spec.expires > last:
        days = (model.spec.expires - known.today).days
        yield ("spec", "expires"), f"{model.spec.expires} is {days} days ahead; write {last} or earlier"


def _check_owner(declaration: Declaration[Any], known: _Known) -> Found:
    if (owners := known.owners) is None:
        return
    labels = declaration.labels
    names = {tags.PROJECT: owners.projects, tags.TEAM: owners.teams, tags.COST_CENTER: owners.cost_centers}
    for label, existing in names.items():
        what = label.replace("-", " ")
        yield from _check_named(("metadata", "labels", label), labels.get(label), existing, what, True)
    if owners.owner(declaration) is None:
        yield (
            ("metadata", "namespace"),
            f'nobody pays for it: namespace "{declaration.namespace}" has no entry in the ownership file; '
            "add one, or the labels project, team and cost-center",
        )


def _check_name(declaration: Declaration[Any], known: _Known) -> Found:
    other = known.first[declaration.kind, declaration.name]
    if other is not declaration:
        yield (
            ("metadata", "name"),
            f'"{declaration.name}" is the name of a {other.kind} of namespace {other.namespace} too '
            f"({other.shown}:{other.line}); AWS has no namespaces, so choose another name",
        )


def _check_pipeline(model: DataPipeline, known: _Known) -> Found:
    source, destination = model.spec.source, model.spec.destination
    yield from _check_named(("spec", "source", "topic"), source.topic, known.topics, "topic", known.has_platform)
    topic = destination.topic
    yield from _check_named(("spec", "destination", "topic"), topic, known.topics, "topic", known.has_platform)
    yield from _check_tier(("spec", "source", "bucket"), source.bucket)
    yield from _check_tier(("spec", "destination", "bucket"), destination.bucket)
    yield from _check_schema(("spec", "source", "schema"), source.schema_, known)


def _check_tier(path: Path_, bucket: str | None) -> Found:
    if bucket is not None and not bucket.startswith("s3://"):
        yield from _check_named(path, bucket, TIERS, "storage tier", True)


def _check_schema(path: Path_, schema: Any, known: _Known) -> Found:
    if schema is None or not known.has_platform:
        return
    found = known.schemas.get(schema.path)
    if found is None:
        yield (*path, "path"), f'there is no schema "{schema.path}"; {suggest(schema.path, known.schemas)}'
    elif found.type != schema.type:
        yield (*path, "type"), f'"{schema.type}" is not what {schema.path} is written in; write {found.type}'


def _check_contract(model: DataContract, known: _Known) -> Found:
    if known.owners is not None:
        yield from _check_named(("spec", "owner"), model.spec.owner, known.owners.teams, "team", True)
    yield from _check_schema(("spec", "schema"), model.spec.schema_, known)
    if existing := known.columns.get(model.spec.schema_.path):
        named: dict[str, list[str | None]] = {
            "pii": [item.column for item in model.spec.pii],
            "quality": [rule.column for rule in model.spec.quality],
        }
        for field, names in named.items():
            for at, name in enumerate(names):
                yield from _check_named(("spec", field, at, "column"), name, existing, "column", True)
    for operation, roles in model.spec.access.items():
        for at, role in enumerate(roles):
            path: Path_ = ("spec", "access", operation, at)
            yield from _check_named(path, role, known.roles, "role", known.has_platform)


def _check_dataset(declaration: Declaration[DataContract], known: _Known) -> Found:
    """One dataset is not promised twice, nor inside another: who may use it, and for how long, would be two answers."""
    spec = declaration.model.spec
    for other in known.contracts:
        if other is declaration:
            return
        theirs = other.model.spec
        if spec.tier == theirs.tier and (
            spec.prefix.startswith(theirs.prefix) or theirs.prefix.startswith(spec.prefix)
        ):
            yield (
                ("spec", "dataset"),
                f'"{spec.dataset}" overlaps "{theirs.dataset}" of DataContract {other.name} '
                f"({other.shown}:{other.line}); keep one promise for each dataset",
            )
