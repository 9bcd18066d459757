"""Reads a catalog: every file, every document, every problem in one run."""

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from apex.errors import InputError, Problem
from apex.specs import document, overlay
from apex.specs.base import Spec
from apex.specs.catalog import Catalog, Declaration, Source, place_of
from apex.specs.document import Path_, dotted
from apex.specs.kinds import KINDS, api_version, nearest, suggest
from apex.specs.kubernetes import manifest_kinds, read_manifest
from apex.specs.problems import explain
from apex.specs.references import check_references
from apex.specs.values import shown

BASE = "base"


def load_catalog(root: Path, environment: str | None, *, today: datetime.date | None = None) -> Catalog:
    """The catalog below `root`: its `base`, changed by the folder of `environment` (None: the base alone).

    Raises InputError with every problem there is. `today` is what a waiver's expiry is held against; the current
    day in UTC where left out.
    """
    return CatalogReader(root, today).catalog(environment)


class CatalogReader:
    """Reads the environments of one catalog; what the base alone decides is worked out once."""

    def __init__(self, root: Path, today: datetime.date | None = None) -> None:
        self.root = root
        self.today = today or datetime.datetime.now(datetime.UTC).date()
        if not root.is_dir():
            raise InputError.of("is not a folder; name the folder that holds base/", file=root)
        self.base, self._problems = self._sources(BASE)
        self.documents = len(self.base)
        self._declared: dict[int, Declared] = {}

    def catalog(self, environment: str | None) -> Catalog:
        """The catalog of `environment`. Raises InputError with every problem there is."""
        problems = list(self._problems)
        patches: list[Source] = []
        if environment is not None:
            patches, found = self._sources(environment)
            self.documents += len(patches)
            problems += found
        merged, found = apply_overlay(self.base, patches)
        declarations, more = declare(merged, self._declared)
        problems += found + more + check_references(declarations, self.root, self.today)
        if problems:
            raise InputError(problems)
        return Catalog(self.root, environment, declarations)

    def _sources(self, name: str) -> tuple[list[Source], list[Problem]]:
        folder = self.root / name
        if not folder.is_dir() or folder.parent != self.root:
            problem = Problem(str(folder), 0, 0, "", "is not there; make the folder, or name another environment")
            if name == BASE:
                raise InputError([problem])
            return [], [problem]
        files: list[Path] = []
        outside: list[Path] = []
        for file in yaml_files(folder):
            (files if file.resolve().is_relative_to(self.root.resolve()) else outside).append(file)
        sources, problems = read_sources(files)
        message = "is a link to a file outside the catalog; put the file itself here"
        return sources, problems + [Problem(str(file), 0, 0, "", message) for file in outside]


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files below `folder`, sorted; hidden ones and kustomizations are left out."""
    return sorted(
        file
        for pattern in ("*.yaml", "*.yml")
        for file in folder.rglob(pattern)
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def read_sources(files: Iterable[Path]) -> tuple[list[Source], list[Problem]]:
    """Every document of `files` that says which kind and name it is, and the problems of the others."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for file in files:
        name = str(file)
        text, found = document.read_text(file, name)
        documents, more = document.parse(text, name) if not found else ([], [])
        problems += found + more
        for item in documents:
            source = Source(file, name, text, item.number, item.line, item.data)
            wrong = list(_problems_of_head(source))
            problems += wrong
            if not wrong:
                sources.append(source)
    return sources, problems


def _problems_of_head(source: Source) -> Iterator[Problem]:
    data = source.data
    if not isinstance(data, dict):
        yield Problem(
            source.shown, source.line, 1, "", f"{shown(data)} is not a declaration; write apiVersion, kind, …"
        )
        return
    kind = data.get("kind")
    if not isinstance(kind, str) or not kind:
        yield _at(source, ("kind",), "is missing; add it" if kind is None else f"{shown(kind)} is not a kind")
    elif kind not in KINDS and kind not in manifest_kinds():
        yield _at(source, ("kind",), f"{shown(kind)} is not a kind; {suggest(kind, [*KINDS, *manifest_kinds()])}")
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        yield _at(source, ("metadata",), "is missing; add it with a name" if metadata is None else "is not a map")
    elif not isinstance(metadata.get("name"), str):
        given = metadata.get("name")
        fix = "is missing; add it" if given is None else f'{shown(given)} is not text; write "{shown(given)}"'
        yield _at(source, ("metadata", "name"), fix)


def _at(source: Source, path: Path_, message: str) -> Problem:
    return Problem(source.shown, *source.place(path), dotted(path), message)


Key = tuple[str, str, str]


def _key(data: dict[str, Any]) -> Key:
    kind, metadata = data["kind"], data["metadata"]
    namespace = metadata.get("namespace")
    return kind, metadata["name"], namespace if isinstance(namespace, str) else ""


Merged = tuple[dict[str, Any], tuple[Source, ...]]


def apply_overlay(base: list[Source], patches: list[Source]) -> tuple[list[Merged], list[Problem]]:
    """The base's documents changed by `patches`, and documents that only those have."""
    merged, problems = _without_duplicates(base)
    changes, found = _without_duplicates(patches)
    problems += found
    for key, (_, (source,)) in changes.items():
        problems += [
            _at(source, path, f"{shown(value)} is not a directive; write merge, replace or delete")
            for path, value in overlay.unknown_directives(source.data)
        ]
        target = key if key in merged else _without_namespace(key, merged)
        directive = source.data.get(overlay.DIRECTIVE)
        if target is None:
            if directive is not None or _is_partial(source.data):
                problems.append(_at(source, ("metadata", "name"), _no_such(key, merged)))
            else:
                merged[key] = (source.data, (source,))
        elif directive == "delete":
            del merged[target]
        else:
            data, sources = merged[target]
            merged[target] = (overlay.merge(data, source.data), (*sources, source))
    return [merged[key] for key in sorted(merged)], problems


def _without_duplicates(sources: list[Source]) -> tuple[dict[Key, Merged], list[Problem]]:
    kept: dict[Key, Merged] = {}
    problems = []
    for source in sources:
        key = _key(source.data)
        if key in kept:
            first = kept[key][1][0]
            message = (
                f"{key[0]} {shown(key[1])} is already declared at {first.shown}:{first.line}; rename one of the two"
            )
            problems.append(_at(source, ("metadata", "name"), message))
        else:
            kept[key] = (source.data, (source,))
    return kept, problems


def _without_namespace(key: Key, merged: dict[Key, Merged]) -> Key | None:
    found = [other for other in merged if other[:2] == key[:2]] if not key[2] else []
    return found[0] if len(found) == 1 else None


def _is_partial(data: dict[str, Any]) -> bool:
    """Whether `data` lacks what a declaration of its own would need."""
    model = KINDS.get(data["kind"])
    if model is None:
        return "apiVersion" not in data or any("is missing" in message for _, message in read_manifest(data)[1])
    try:
        model.model_validate(data)
    except ValidationError as error:
        return any(item["type"] == "missing" for item in error.errors(include_url=False, include_context=False))
    return False


def _no_such(key: Key, merged: dict[Key, Merged]) -> str:
    near = nearest(key[1], [other[1] for other in merged if other[0] == key[0]])
    hint = f'did you mean "{near}"?' if near else "add the rest of its fields to declare it here"
    return f"{key[0]} {shown(key[1])} is not in the base, so there is nothing to patch; {hint}"


Declared = tuple[Declaration[Any] | None, list[Problem]]


def declare(
    merged: Iterable[Merged], known: dict[int, Declared] | None = None
) -> tuple[tuple[Declaration[Any], ...], list[Problem]]:
    """The declarations that `merged` documents make, and what is wrong with the others.

    `known` holds what was worked out of documents that no overlay changed, by the identity of their data.
    """
    known = {} if known is None else known
    declarations = []
    problems: list[Problem] = []
    for data, sources in merged:
        done = known.get(id(data))
        if done is None:
            made, found = _declaration(data, sources)
            done = (made, [_placed(sources, data, path, message) for path, message in found])
            if len(sources) == 1:  # the source keeps the data alive, so the identity stays its own
                known[id(data)] = done
        if done[0] is not None:
            declarations.append(done[0])
        problems += done[1]
    return tuple(declarations), problems


def _placed(sources: tuple[Source, ...], data: Any, path: Path_, message: str) -> Problem:
    source, line, column = place_of(sources, data, path)
    return Problem(source.shown, line, column, dotted(path), message)


def _declaration(
    data: dict[str, Any], sources: tuple[Source, ...]
) -> tuple[Declaration[Any] | None, list[tuple[Path_, str]]]:
    kind, metadata = data["kind"], data["metadata"]
    model = KINDS.get(kind)
    if model is None:
        content, found = read_manifest(data)
        made = Declaration(kind, metadata["name"], metadata.get("namespace"), content, content, sources)
        return (None if found else made), found
    found = _check_head(data, model)
    try:
        spec = model.model_validate(data)
    except ValidationError as error:
        return None, found + list(explain(error, model, data))
    return Declaration(kind, metadata["name"], spec.metadata.namespace, spec, data, sources), found


def _check_head(data: dict[str, Any], model: type[Spec]) -> list[tuple[Path_, str]]:
    found: list[tuple[Path_, str]] = []
    given, right = data.get("apiVersion"), api_version(model)
    if given is not None and given != right:
        found.append((("apiVersion",), f"{shown(given)} is not the version of {model.kind_name}; write {right}"))
    metadata = data["metadata"]
    labels = metadata.get("labels")
    if model.required_labels and (labels is None or isinstance(labels, dict)):
        found += [
            (("metadata", "labels", label), "is missing; add it")
            for label in model.required_labels
            if label not in (labels or {})
        ]
    if model.namespaced and "namespace" not in metadata:
        found.append((("metadata", "namespace"), "is missing; add it"))
    if not model.namespaced and "namespace" in metadata:
        found.append((("metadata", "namespace"), f"is not for {model.kind_name}, which no namespace holds; remove it"))
    return found
