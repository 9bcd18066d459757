"""A catalog that was read and found to be right: declarations, by kind, each with its place in Git."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from apex import tags
from apex.specs.base import Spec
from apex.specs.component import MultimodalAIComponent
from apex.specs.document import Path_, positions
from apex.specs.finops import Budget, CostCenter, NamespaceOwner, Ownership, Project, Team, Usage
from apex.specs.governance import DataContract, Waiver
from apex.specs.overlay import merge_key
from apex.specs.pipeline import DataPipeline
from apex.specs.platform import Platform

M = TypeVar("M", covariant=True)


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it was written: its file (`shown` as in messages), text, number in the file, and plain data."""

    file: Path
    shown: str
    text: str = field(repr=False)
    number: int
    line: int
    data: Any = field(repr=False)

    def place(self, path: Path_) -> tuple[int, int]:
        """Line and column of `path`, or of the nearest part around it that was written."""
        known = positions(self.text)[self.number]
        return next((known[path[:end]] for end in range(len(path), 0, -1) if path[:end] in known), (self.line, 1))


@dataclass(frozen=True)
class Declaration(Generic[M]):
    """One declared thing. `sources` are its documents: the base's first, then what the overlay changes.

    `file` and `line` are where the first of them starts; `model` is its typed form (for a plain manifest, a map).
    """

    kind: str
    name: str
    namespace: str | None
    model: M
    data: Mapping[str, Any] = field(repr=False)
    sources: tuple[Source, ...] = field(repr=False)

    @property
    def file(self) -> Path:
        """The file that declares it first."""
        return self.sources[0].file

    @property
    def shown(self) -> str:
        """That file as messages name it."""
        return self.sources[0].shown

    @property
    def line(self) -> int:
        """The line it starts at."""
        return self.sources[0].line

    @property
    def content(self) -> dict[str, Any]:
        """The document after overlays, as plain JSON data with every value in its canonical form."""
        if isinstance(self.model, Spec):
            return self.model.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return dict(self.data)

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        metadata = self.content.get("metadata", {})
        return metadata.get("labels") or {}

    def place(self, path: Path_) -> tuple[Source, int, int]:
        """The document, line and column that `path` was written at last."""
        return place_of(self.sources, self.data, path)


def place_of(sources: tuple[Source, ...], data: Any, path: Path_) -> tuple[Source, int, int]:
    """Where `path` of the merged `data` was written: in the last document that has it, else around it in the first."""
    for source in reversed(sources):
        own = _path_within(source.data, data, path)
        if own is not None:
            return source, *source.place(own)
    first = sources[0]
    return first, *first.place(_longest(first.data, path))


def _path_within(written: Any, merged: Any, path: Path_) -> Path_ | None:
    """The path in `written` of what is at `path` in `merged`; None where `written` says nothing of it."""
    own: list[str | int] = []
    name = ""
    for step in path:
        if isinstance(step, str):
            if not isinstance(written, dict) or step not in written:
                return None
            name, at = step, step
        else:
            found = _index_within(written, merged, step, name)
            if found is None:
                return None
            at = found  # type: ignore[assignment]
        own.append(at)
        written = written[at]
        merged = merged[step] if _has(merged, step) else None
    return tuple(own)


def _index_within(written: Any, merged: Any, step: int, name: str) -> int | None:
    if not isinstance(written, list):
        return None
    if isinstance(merged, list) and step < len(merged) and (key := merge_key(name, written, merged)):
        wanted = merged[step][key]
        return next((at for at, item in enumerate(written) if item[key] == wanted), None)
    return step if step < len(written) else None


def _has(holder: Any, step: str | int) -> bool:
    return step in holder if isinstance(holder, dict) else isinstance(holder, list) and int(step) < len(holder)


def _longest(data: Any, path: Path_) -> Path_:
    for at, step in enumerate(path):
        if not _has(data, step):
            return path[:at]
        data = data[step]
    return path


@dataclass(frozen=True, slots=True)
class Owner:
    """Who a declaration is billed to."""

    project: str
    team: str
    cost_center: str
    data_modalities: tuple[str, ...] = ()

    def cost_tags(self, environment: str, repository: str | None = None, commit: str | None = None) -> tags.CostTags:
        """The tags of what the declaration becomes."""
        modalities = self.data_modalities
        return tags.CostTags(self.project, environment, self.team, self.cost_center, modalities, repository, commit)


@dataclass(frozen=True)
class Owners:
    """Every Ownership document together."""

    projects: Mapping[str, Project] = field(default_factory=dict)
    cost_centers: Mapping[str, CostCenter] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    namespaces: Mapping[str, NamespaceOwner] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: Iterator[Ownership] | tuple[Ownership, ...]) -> "Owners":
        """The union of `declared`."""
        specs = [ownership.spec for ownership in declared]
        return cls(
            {item.name: item for spec in specs for item in spec.projects},
            {item.name: item for spec in specs for item in spec.cost_centers},
            {item.name: item for spec in specs for item in spec.teams},
            {item.name: item for spec in specs for item in spec.namespaces},
        )

    @property
    def allowed(self) -> dict[str, tuple[str, ...]]:
        """The values that `project`, `team` and `cost-center` tags may have, sorted."""
        return {
            tags.PROJECT: tuple(sorted(self.projects)),
            tags.TEAM: tuple(sorted(self.teams)),
            tags.COST_CENTER: tuple(sorted(self.cost_centers)),
        }

    def of_namespace(self, namespace: str) -> Owner | None:
        """Whom a namespace belongs to, None where no file says."""
        entry = self.namespaces.get(namespace)
        team = self.teams.get(entry.team) if entry else None
        if entry is None or team is None:
            return None
        return Owner(entry.project or team.projects[0], team.name, entry.cost_center or team.cost_centers[0])

    def of_cost_center(self, cost_center: str) -> Team | None:
        """The team whose own cost center it is."""
        return next((team for _, team in sorted(self.teams.items()) if team.cost_centers[0] == cost_center), None)

    def owner(self, declaration: "Declaration[Any]") -> Owner | None:
        """Whom `declaration` is billed to: its labels, then its namespace's entry; None where neither says."""
        labels, model = declaration.labels, declaration.model
        base = self.of_namespace(declaration.namespace or "")
        project = labels.get(tags.PROJECT) or (base.project if base else None)
        cost_center = labels.get(tags.COST_CENTER) or (base.cost_center if base else None)
        team = labels.get(tags.TEAM) or (base.team if base else None)
        if team is None and cost_center and (found := self.of_cost_center(cost_center)):
            team = found.name
        if not (project and team and cost_center):
            return None
        if isinstance(model, MultimodalAIComponent):
            modalities = tags.parse_modalities(model.spec.model.modality)
        elif given := labels.get(tags.DATA_MODALITY):
            modalities = tags.parse_modalities(given)
        else:
            modalities = ()
        return Owner(project, team, cost_center, modalities)


Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Catalog:
    """What an environment's files declare, each kind sorted by namespace and name."""

    root: Path
    environment: str | None
    declarations: tuple[Declaration[Any], ...]

    def of(self, kind: type[M]) -> tuple[Declaration[M], ...]:
        """The declarations of one kind."""
        return tuple(found for found in self.declarations if isinstance(found.model, kind))

    @cached_property
    def ownership(self) -> Owners:
        """Teams, cost centers, projects and namespaces."""
        return Owners.of(tuple(found.model for found in self.of(Ownership)))

    @cached_property
    def budgets(self) -> tuple[Declaration[Budget], ...]:
        """The budgets."""
        return self.of(Budget)

    @cached_property
    def waivers(self) -> tuple[Declaration[Waiver], ...]:
        """The waivers, expired ones among them."""
        return self.of(Waiver)

    @cached_property
    def usage(self) -> tuple[Declaration[Usage], ...]:
        """The quantities that a plan cannot know."""
        return self.of(Usage)

    @cached_property
    def pipelines(self) -> tuple[Declaration[DataPipeline], ...]:
        """The data pipelines."""
        return self.of(DataPipeline)

    @cached_property
    def components(self) -> tuple[Declaration[MultimodalAIComponent], ...]:
        """The AI components."""
        return self.of(MultimodalAIComponent)

    @cached_property
    def contracts(self) -> tuple[Declaration[DataContract], ...]:
        """The data contracts."""
        return self.of(DataContract)

    @cached_property
    def platform(self) -> tuple[Declaration[Platform], ...]:
        """The registries, topics, schemas and roles."""
        return self.of(Platform)

    @cached_property
    def manifests(self) -> tuple[Declaration[Manifest], ...]:
        """The plain Kubernetes objects."""
        return tuple(found for found in self.declarations if not isinstance(found.model, Spec))
