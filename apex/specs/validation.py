"""Checks paths that a person names: whole catalogs with each of their environments, folders, or single files."""

import datetime
from collections.abc import Iterable
from pathlib import Path

from apex.errors import InputError, Problem
from apex.specs.loader import BASE, CatalogReader, apply_overlay, declare, read_sources, yaml_files
from apex.specs.references import check_references


def environments(root: Path) -> list[str]:
    """The environments of the catalog at `root`: its folders with YAML in them, other than the base."""
    return sorted(
        folder.name
        for folder in root.iterdir()
        if folder.is_dir() and folder.name != BASE and not folder.name.startswith(".") and yaml_files(folder)
    )


def validate_paths(paths: Iterable[Path]) -> tuple[list[Problem], int]:
    """What is wrong below `paths`, sorted, and the number of documents that were read.

    A file of a catalog is checked as a part of it: an overlay's patch means nothing alone, and names refer to what
    other files declare. Files elsewhere are checked together, as far as what they refer to is among them.
    """
    problems: set[Problem] = set()
    count = 0
    loose: list[Path] = []
    parts: dict[Path, list[Path]] = {}
    for path in paths:
        root = catalog_of(path)
        if not path.exists():
            problems.add(Problem(str(path), 0, 0, "", "is not there; name a file or a folder"))
        elif root is not None:
            parts.setdefault(root, []).append(path)
        else:
            loose += yaml_files(path) if path.is_dir() else [path]
    for root, wanted in sorted(parts.items()):
        found, number = _validate_catalog(root, wanted)
        problems |= found
        count += number
    if loose:
        found, number = _validate_files(sorted(set(loose)))
        problems |= found
        count += number
    return sorted(problems), count


def catalog_of(path: Path) -> Path | None:
    """The catalog that `path` is or belongs to: the nearest folder around it that holds a base."""
    for folder in (path, *path.parents):
        if (folder / BASE).is_dir() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            return folder
    return None


def _validate_catalog(root: Path, wanted: list[Path]) -> tuple[set[Problem], int]:
    problems: set[Problem] = set()
    try:
        reader = CatalogReader(root)
    except InputError as error:
        return set(error.problems), 0
    for environment in [None, *environments(root)]:
        try:
            reader.catalog(environment)
        except InputError as error:
            problems |= set(error.problems)
    if root in wanted:
        return problems, reader.documents
    chosen = {file for path in wanted for file in (yaml_files(path) if path.is_dir() else [path])}
    names = {str(file) for file in chosen}
    return {problem for problem in problems if problem.file in names}, len(read_sources(sorted(chosen))[0])


def _validate_files(files: list[Path]) -> tuple[set[Problem], int]:
    sources, problems = read_sources(files)
    merged, found = apply_overlay(sources, [])
    problems += found
    declarations, found = declare(merged)
    problems += found + check_references(declarations, None, datetime.datetime.now(datetime.UTC).date())
    return set(problems), len(sources)
