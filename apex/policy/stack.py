"""A stack as rules see it: resources with their siblings, providers and parents, and what is known of the run."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apex.plan import Hidden, Resource
from apex.policy.props import Props


class Subject:
    """One resource of a stack, with unknown-safe properties; `memory` keeps what several rules work out of it."""

    __slots__ = ("memory", "name", "props", "resource", "type", "urn")

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.urn = resource.urn
        self.type = resource.type
        self.name = resource.name
        self.props = Props(resource.inputs)
        self.memory: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"Subject({self.urn})"

    def dependencies(self, prop: str) -> tuple[str, ...]:
        """The URNs of the resources whose outputs the property `prop` is made of."""
        return tuple(self.resource.property_dependencies.get(prop, ()))


@dataclass(frozen=True, slots=True)
class Owners:
    """Who may be billed. None means that any value will do."""

    teams: frozenset[str] | None = None
    cost_centers: frozenset[str] | None = None
    projects: frozenset[str] | None = None


class Context:
    """The stack that is being judged, and what is known of the run.

    `settings` are those of one rule at a time (see `for_rule`). `owners` come from the catalog, `budgets` are the
    cost centers that have one there.
    """

    def __init__(
        self,
        resources: Iterable[Resource] = (),
        *,
        project: str = "",
        environment: str = "",
        owners: Owners | None = None,
        budgets: frozenset[str] = frozenset(),
        facts: Mapping[str, Any] | None = None,
        today: datetime.date | None = None,
    ) -> None:
        self.subjects = tuple(Subject(resource) for resource in resources if not resource.gone)
        self.project = project
        self.environment = environment
        self.owners = owners or Owners()
        self.budgets = budgets
        self.today = today or datetime.datetime.now(datetime.UTC).date()
        self.facts: Mapping[str, Any] = facts or {}
        self.settings: Mapping[str, Any] = {}
        self._settings: Mapping[str, Mapping[str, Any]] = {}
        self._indexes: dict[tuple[tuple[str, ...], str], Mapping[tuple[str, str], Sequence[tuple[int, Subject]]]] = {}

    @property
    def is_production(self) -> bool:
        """Whether this is the environment that people depend on."""
        return self.environment in ("prod", "production", "live")

    def with_settings(self, settings: Mapping[str, Mapping[str, Any]]) -> "Context":
        """Use these settings, by rule id."""
        self._settings = settings
        return self

    def with_resources(self, resources: Iterable[Resource]) -> "Context":
        """The same run over other resources."""
        other = Context(
            resources,
            project=self.project,
            environment=self.environment,
            owners=self.owners,
            budgets=self.budgets,
            facts=self.facts,
            today=self.today,
        )
        return other.with_settings(self._settings)

    def for_rule(self, rule_id: str) -> "Context":
        """Select the settings of one rule."""
        self.settings = self._settings.get(rule_id, {})
        return self

    @cached_property
    def by_urn(self) -> dict[str, Subject]:
        """Every resource by its URN."""
        return {subject.urn: subject for subject in self.subjects}

    @cached_property
    def _by_type(self) -> dict[str, list[Subject]]:
        index: dict[str, list[Subject]] = {}
        for subject in self.subjects:
            index.setdefault(subject.type, []).append(subject)
        return index

    def of_type(self, *types: str) -> Iterator[Subject]:
        """The resources of these types, in the stack's order within each type."""
        for type_token in types:
            yield from self._by_type.get(type_token, ())

    def types(self) -> Iterable[str]:
        """The types that occur."""
        return self._by_type.keys()

    def of_rule_types(self, patterns: Sequence[str]) -> Iterator[Subject]:
        """The resources that match any of `patterns` (see `Rule.types`)."""
        for type_token, subjects in self._by_type.items():
            if any(type_token.startswith(p[:-1]) if p.endswith("*") else type_token == p for p in patterns):
                yield from subjects

    def provider(self, subject: Subject) -> Subject | None:
        """The provider that makes `subject`, None where the input does not hold it."""
        reference = subject.resource.provider
        return self.by_urn.get(reference.rsplit("::", 1)[0]) if reference else None

    def ancestors(self, subject: Subject) -> Iterator[Subject]:
        """The components that hold `subject`, from the inside out."""
        parent = self.by_urn.get(subject.resource.parent or "")
        while parent is not None:
            yield parent
            parent = self.by_urn.get(parent.resource.parent or "")

    def siblings(self, subject: Subject, types: Sequence[str], prop: str, identity: Sequence[str]) -> list[Subject]:
        """The resources of `types` whose property `prop` refers to `subject`.

        A reference is found by the engine's record of which resource a value came from; by the same literal text as
        one of `subject`'s `identity` properties; or, in input that has no such record, by an unknown value of a
        resource that was named after, or sits beside, `subject`.
        """
        keys = [("urn", subject.urn), ("name", subject.name)]
        keys += [("text", text) for text in {subject.name, *_literals(subject, identity)}]
        references = self._references(tuple(types), prop)
        found = {number: other for key in keys for number, other in references.get(key, ())}
        return [found[number] for number in sorted(found)]

    def _references(self, types: tuple[str, ...], prop: str) -> Mapping[tuple[str, str], Sequence[tuple[int, Subject]]]:
        """The resources of `types`, numbered, by what their property `prop` refers to; worked out once."""
        known = self._indexes.get((types, prop))
        if known is None:
            index: dict[tuple[str, str], list[tuple[int, Subject]]] = {}
            for number, other in enumerate(self.of_type(*types)):
                for key in _referred(other, prop):
                    index.setdefault(key, []).append((number, other))
            known = self._indexes[types, prop] = index
        return known


def _referred(other: Subject, prop: str) -> Iterator[tuple[str, str]]:
    """What `other` refers to by `prop`: URNs, a literal text, or, where nothing else is known, names."""
    sources = other.dependencies(prop)
    value = other.props.raw(prop)
    if sources:
        yield from (("urn", source) for source in sources)
    elif isinstance(value, str):
        yield "text", value
    elif isinstance(value, Hidden) and other.resource.dependencies:
        yield from (("urn", source) for source in other.resource.dependencies)
    elif isinstance(value, Hidden):
        # By its name alone it belongs to whatever it is named after: `raw-policy` to `raw`.
        parts = other.name.split("-")
        yield from (("name", "-".join(parts[:end])) for end in range(1, len(parts) + 1))


def _literals(subject: Subject, identity: Sequence[str]) -> set[str]:
    values = {subject.props.raw(name) for name in identity}
    values |= {subject.resource.outputs.get(name) for name in (*identity, "id", "arn") if name}
    return {value for value in values if isinstance(value, str) and value}
