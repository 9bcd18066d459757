"""Reading what `apex check` is given: engine plans and states, Kubernetes YAML, catalog YAML, lines of JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from apex.errors import InputError
from apex.plan import Plan, Resource, decode, parse_plan
from apex.policy.catalog import as_resource

_CATALOG_GROUPS = ("apexlogic.io", "data.apexlogic.com", "finops.apexlogic.com", "governance.apexlogic.com")
_KINDS = "a Pulumi plan or state, Kubernetes or catalog YAML, nor lines of JSON {type, name, props}"


@dataclass(frozen=True, slots=True)
class Input:
    """What one file or folder holds. `stack` and `project` are known for plans and states only.

    `chosen` are the URNs of the resources to speak of, where the others are only there to be looked at.
    """

    resources: tuple[Resource, ...]
    project: str = ""
    stack: str = ""
    config: Mapping[str, str] | None = None
    chosen: frozenset[str] | None = None

    @property
    def count(self) -> int:
        """How many resources are judged."""
        return len(self.resources if self.chosen is None else self.chosen)


def read_inputs(paths: Iterable[Path]) -> list[Input]:
    """Everything in `paths`; the YAML files of a folder, sorted. Raises InputError."""
    found: list[Input] = []
    for path in paths:
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml") and file.is_file())
            if not files:
                raise InputError.of("holds no YAML file; name a file, or another folder", file=path)
            found += [_read_file(file) for file in files]
        else:
            found.append(_read_file(path))
    return found


def _read_file(file: Path) -> Input:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", file=file) from error
    except UnicodeDecodeError as error:
        raise InputError.of(f"is not text, and so not {_KINDS}", file=file) from error
    if not text.strip():
        raise InputError.of(f"is empty: neither {_KINDS}", file=file)
    if file.suffix == ".jsonl" or _looks_like_lines(text):
        return Input(tuple(_lines(text, file)))
    is_yaml = file.suffix in (".yaml", ".yml")
    if file.suffix == ".json" or (text.lstrip().startswith("{") and not is_yaml):
        document = _json(text)
        if document is not None and "kind" in document and "apiVersion" in document:
            return Input(tuple(_document(document, file, 1)))
        return _of_plan(parse_plan(text, file))
    return Input(tuple(_yaml(text, file)))


def _of_plan(plan: Plan) -> Input:
    return Input(plan.planned(), plan.project, plan.stack, plan.config)


def _json(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _looks_like_lines(text: str) -> bool:
    first = _json(text.lstrip().split("\n", 1)[0])
    return first is not None and "type" in first and "steps" not in first


def _lines(text: str, file: Path) -> Iterator[Resource]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        entry = _json(line)
        if entry is None or not isinstance(entry.get("type"), str):
            raise InputError.of('is not a resource; write {"type": …, "name": …, "props": {…}}', file=file, line=number)
        props = entry.get("props", {})
        if not isinstance(props, dict):
            raise InputError.of(f"is {type(props).__name__}; write a map", file=file, line=number, field="props")
        name = str(entry.get("name", number))
        urn = str(entry.get("urn") or f"urn:pulumi:check::check::{entry['type']}::{name}")
        yield Resource(urn, entry["type"], name, inputs=decode(props), file=str(file), line=number)


def _yaml(text: str, file: Path) -> Iterator[Resource]:
    try:
        lines = [node.start_mark.line + 1 for node in yaml.compose_all(text, yaml.CSafeLoader) if node is not None]
        documents = [document for document in yaml.load_all(text, yaml.CSafeLoader) if document is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        message = f"is not valid YAML ({error.problem}): neither {_KINDS}"
        raise InputError.of(message, file=file, line=line, column=column) from error
    except yaml.YAMLError as error:
        raise InputError.of(f"is not valid YAML ({error}): neither {_KINDS}", file=file) from error
    for line, document in zip(lines, documents, strict=True):
        yield from _document(document, file, line)


def _document(document: Any, file: Path, line: int) -> Iterator[Resource]:
    if not isinstance(document, dict) or not document.get("kind") or not document.get("apiVersion"):
        raise InputError.of(f"has no apiVersion and kind: neither {_KINDS}", file=file, line=line)
    version, kind = str(document["apiVersion"]), str(document["kind"])
    if kind.endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _document(item, file, line)
        return
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or not (metadata.get("name") or metadata.get("generateName")):
        raise InputError.of("has no name; write one", file=file, line=line, field="metadata.name")
    name = str(metadata.get("name") or metadata.get("generateName"))
    if metadata.get("namespace"):
        name = f"{metadata['namespace']}/{name}"
    if version.split("/")[0] in _CATALOG_GROUPS:
        yield as_resource(kind, name, decode(document), str(file), line)
    else:
        yield as_manifest(document, str(file), line)


def as_manifest(document: Mapping[str, Any], file: str, line: int) -> Resource:
    """A Kubernetes object as a resource that rules can look at."""
    version, kind, metadata = str(document["apiVersion"]), str(document["kind"]), document["metadata"]
    name = str(metadata.get("name") or metadata.get("generateName"))
    if metadata.get("namespace"):
        name = f"{metadata['namespace']}/{name}"
    token = f"kubernetes:{version if '/' in version else f'core/{version}'}:{kind}"
    urn = f"urn:pulumi:manifest::manifest::{token}::{name}"
    return Resource(urn, token, name, inputs=decode(document), file=file, line=line)
