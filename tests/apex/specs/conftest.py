"""Documents that are right, and what is said of a document once a part of it is changed."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from apex.specs.loader import apply_overlay, declare, read_sources

DOCUMENTS = Path(__file__).parent / "documents"


def steps(path: str) -> list[str | int]:
    found = re.finditer(r"([\w$-]+)|\[(\d+)\]|\[([^\]]+)\]", path)
    return [int(part[2]) if part[2] else (part[3] or part[1]) for part in found]


def changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    document = copy.deepcopy(document)
    for path, value in changes.items():
        *way, last = steps(path)
        at: Any = document
        for step in way:
            at = at[step]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return document


@pytest.fixture(scope="session")
def good() -> dict[str, dict[str, Any]]:
    """A valid document of each kind, by kind, as JSON."""
    text = (DOCUMENTS / "good.yaml").read_text()
    return {item["kind"]: json.loads(json.dumps(item, default=str)) for item in yaml.safe_load_all(text)}


@pytest.fixture
def change(good: dict[str, dict[str, Any]]) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """The good document of a kind with other values at the paths given; None takes one away."""
    return lambda kind, changes: changed(good[kind], changes)


@pytest.fixture
def said(tmp_path: Path) -> Callable[[dict[str, Any]], list[str]]:
    """What is wrong with a document: `field: message` each."""

    def check(document: dict[str, Any]) -> list[str]:
        file = tmp_path / "document.yaml"
        file.write_text(yaml.safe_dump(document, sort_keys=False))
        sources, problems = read_sources([file])
        merged, found = apply_overlay(sources, [])
        problems += found + declare(merged)[1]
        return [f"{problem.field}: {problem.message}" for problem in problems]

    return check


@pytest.fixture
def catalog(tmp_path: Path) -> Callable[..., Path]:
    """Writes a catalog: file names below it and their texts."""

    def write(**files: str) -> Path:
        root = tmp_path / "catalog"
        (root / "base").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            file = root / f"{name.replace('__', '/')}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return root

    return write
