"""Checks paths that a person names: a whole catalog with each of its environments, folders, or single files."""

import datetime
from collections.abc import Iterable
from pathlib import Path

from apex.errors import InputError, Problem
from apex.specs.loader import BASE, apply_overlay, declare, load_catalog, read_sources, yaml_files
from apex.specs.references import check_references


def environments(root: Path) -> list[str]:
    """The environments of the catalog at `root`: its folders with YAML in them, other than the base."""
    return sorted(
        folder.name
        for folder in root.iterdir()
        if folder.is_dir() and folder.name != BASE and not folder.name.startswith(".") and yaml_files(folder)
    )


def validate_paths(paths: Iterable[Path]) -> tuple[list[Problem], int]:
    """What is wrong below `paths`, sorted, and the number of documents that were read."""
    problems: set[Problem] = set()
    count = 0
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            problems.add(Problem(str(path), 0, 0, "", "is not there; name a file or a folder"))
        elif path.is_dir() and (path / BASE).is_dir():
            found, number = _validate_catalog(path)
            problems |= found
            count += number
        else:
            files += yaml_files(path) if path.is_dir() else [path]
    if files:
        found, number = _validate_files(sorted(set(files)))
        problems |= found
        count += number
    return sorted(problems), count


def _validate_catalog(root: Path) -> tuple[set[Problem], int]:
    problems: set[Problem] = set()
    for environment in [None, *environments(root)]:
        try:
            load_catalog(root, environment)
        except InputError as error:
            problems |= set(error.problems)
    return problems, len(read_sources(yaml_files(root))[0])


def _validate_files(files: list[Path]) -> tuple[set[Problem], int]:
    sources, problems = read_sources(files)
    merged, found = apply_overlay(sources, [])
    problems += found
    declarations, found = declare(merged)
    problems += found + check_references(declarations, None, datetime.datetime.now(datetime.UTC).date())
    return set(problems), len(sources)
