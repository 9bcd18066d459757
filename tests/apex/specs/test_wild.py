"""Whatever stands anywhere in a document, the answer is a list of problems with their places, never a crash."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from apex.specs.loader import apply_overlay, declare, read_sources

ANYTHING = (None, "", [], {}, 0, -1, 1.5, "x", True, [None], {"x": None}, "\u200b", 10**30)
KINDS = sorted({item["kind"] for item in yaml.safe_load_all(
    (Path(__file__).parent / "documents" / "good.yaml").read_text())})  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, first to last."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of `document` with `value` at `path`."""
    changed = copy.deepcopy(document)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


@pytest.mark.parametrize("kind", KINDS)
def test_anything_anywhere_is_judged(kind: str, good: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    for number, path in enumerate(places(good[kind])):
        for value in ANYTHING[number % 4 :: 4]:
            file.write_text(yaml.safe_dump(put(good[kind], path, value), sort_keys=False))
            sources, problems = read_sources([file])
            merged, found = apply_overlay(sources, [])
            for problem in [*problems, *found, *declare(merged)[1]]:
                assert problem.file == str(file), (path, value)
                assert problem.line >= 1, (path, value)
                assert problem.message, (path, value)


def test_empty_requests_of_other_peoples_files_are_taken(good: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    requests = ("spec", "template", "spec", "containers", 0, "resources", "requests", "cpu")
    file = tmp_path / "document.yaml"
    file.write_text(yaml.safe_dump(put(good["Deployment"], requests, None)))
    sources, problems = read_sources([file])
    merged, found = apply_overlay(sources, [])
    assert [*problems, *found, *declare(merged)[1]] == []
