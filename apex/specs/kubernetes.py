"""Plain Kubernetes manifests, held against the fields and types of the API server's own OpenAPI document."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from apex.specs.document import Decimals, Path_, Plain
from apex.specs.kinds import suggest
from apex.specs.kubernetes_values import missing_in, problem_with
from apex.specs.values import shown, written

CONTAINER_LISTS = ("containers", "initContainers")
API_QUANTITY = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_BASE64 = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


@cache
def schema() -> dict[str, Any]:
    """The kinds, their types and the release they are of (see `build_kubernetes_schema`)."""
    text = resources.files("apex.specs").joinpath("data", "kubernetes.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def manifest_kinds() -> dict[str, Any]:
    """What is known of each kind that a catalog may hold, by its name."""
    kinds: dict[str, Any] = schema()["kinds"]
    return kinds


def read_manifest(data: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[Path_, str]]]:
    """`data` as the API server gets it, and the reasons for which it would not take it."""
    from apex.specs.kubernetes_rules import check_rules

    known = manifest_kinds()[data["kind"]]
    reader = _Reader()
    content = reader.read(data, known["type"], ())
    problems = [*_check_version(data, known), *reader.problems]
    if data.get("spec") is None and _needs_spec(data["kind"], known["type"], reader.types):
        problems.append((("spec",), "is missing; add it"))
    if not problems:
        # Rules between fields read types, so they wait until those are right.
        problems += check_rules(content, known["namespaced"])
    return content, problems


def _check_version(data: dict[str, Any], known: dict[str, Any]) -> Iterator[tuple[Path_, str]]:
    given, kind = data.get("apiVersion"), data["kind"]
    if given is None:
        yield ("apiVersion",), f"is missing; write {known['apiVersion']}"
    elif given in known["other"]:
        yield ("apiVersion",), f"{shown(given)} is an older form of {kind}; write {known['apiVersion']}"
    elif given != known["apiVersion"]:
        yield (
            ("apiVersion",),
            f'no matches for kind "{kind}" in version {shown(given)}; write {known["apiVersion"]}',
        )


def _needs_spec(kind: str, name: str, types: dict[str, Any]) -> bool:
    """Whether an empty spec would lack what has to be in it."""
    spec = types[name]["fields"].get("spec")
    return spec is not None and (
        bool(types[spec].get("required")) or kind in ("Ingress", "PersistentVolumeClaim", "Service")
    )


class _Reader:
    """Reads values by their types, keeping what is wrong."""

    def __init__(self) -> None:
        self.problems: list[tuple[Path_, str]] = []
        self.types: dict[str, Any] = schema()["types"]

    def read(self, value: Any, code: str, path: Path_) -> Any:
        """`value` as a JSON value of type `code`."""
        if value is None:
            return None
        if code.startswith("["):
            return self._read_list(value, code[1:-1], path)
        if code.startswith("{"):
            return self._read_map(value, code[1:-1], path)
        if code in self.types:
            return self._read_object(value, code, path)
        return self._read_scalar(value, code, path)

    def _wrong(self, value: Any, path: Path_, right: str) -> None:
        self.problems.append((path, f"{shown(value)} is {_what(value)}, and this field takes {right}"))

    def _read_list(self, value: Any, item: str, path: Path_) -> Any:
        if not isinstance(value, list):
            self._wrong(value, path, "a list; start each item with -")
            return value
        for at, part in enumerate(value):
            if part is None:
                self.problems.append(((*path, at), "is empty; write the item or remove its -"))
        return [self.read(part, item, (*path, at)) for at, part in enumerate(value)]

    def _read_map(self, value: Any, item: str, path: Path_) -> Any:
        if not isinstance(value, dict):
            self._wrong(value, path, "a map; write key: value")
            return value
        return {key: self.read(part, item, (*path, key)) for key, part in value.items() if part is not None}

    def _read_object(self, value: Any, code: str, path: Path_) -> Any:
        if not isinstance(value, dict):
            self._wrong(value, path, "a map; write its fields below it")
            return value
        known = self.types[code]
        fields = known["fields"]
        content = {}
        for key, part in value.items():
            if key in fields:
                if part is not None:
                    content[key] = self.read(part, fields[key], (*path, key))
                    if problem := problem_with(code, key, content[key]):
                        self.problems.append(((*path, key), problem))
            else:
                self.problems.append(((*path, key), f'unknown field "{key}"; {self._hint(key, code, fields, path)}'))
        for key in dict.fromkeys((*known.get("required", ()), *missing_in(code, value))):
            if value.get(key) is None:
                self.problems.append(((*path, key), "is missing; add it"))
        return content

    def _hint(self, key: str, code: str, fields: dict[str, str], path: Path_) -> str:
        if code == "PodSpec" and key in self.types["Container"]["fields"]:
            return f"it belongs to a container: move it below {'.'.join(map(str, path))}.containers[]"
        if code == "Container" and key in self.types["PodSpec"]["fields"]:
            return f"it belongs to the pod: move it up beside {path[-2]}"
        if code == "Container" and key in ("limits", "requests"):
            return "write it below resources"
        if code.endswith("Spec") and key in ("labels", "annotations"):
            return "it belongs below metadata"
        return suggest(key, fields) if fields else "it takes none"

    def _read_scalar(self, value: Any, code: str, path: Path_) -> Any:
        if code == "any":
            return _json(value)
        reading = getattr(self, f"_read_{code}", None)
        assert reading is not None, code
        return reading(value, path)

    def _read_string(self, value: Any, path: Path_) -> Any:
        if isinstance(value, Plain):
            read_as = "a number" if value.legacy is None else ("true" if value.legacy else "false")
            self.problems.append((path, f'{value} is read as {read_as}, and this field takes text; write "{value}"'))
        elif not isinstance(value, str):
            self._wrong(value, path, f'text; write "{written(value) or shown(value)}"' if _simple(value) else "text")
        return str(value) if isinstance(value, str) else value

    def _read_bytes(self, value: Any, path: Path_) -> Any:
        if not isinstance(value, str) or not _BASE64.fullmatch(value.replace("\n", "")):
            self.problems.append((path, "is not base64; encode the value, or write it below stringData"))
        return value

    def _read_time(self, value: Any, path: Path_) -> Any:
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            self.problems.append((path, f"{shown(value)} is not a time; write one, as 2027-01-31T00:00:00Z"))
        return value

    def _read_integer(self, value: Any, path: Path_) -> Any:
        if isinstance(value, Plain) and re.fullmatch(r"0[0-7]+", value):
            return int(value, 8)  # file modes: a leading zero is octal to kubectl
        if isinstance(value, Decimals) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            number = isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value)
            self._wrong(value, path, f"a whole number; write {value}" if number else "a whole number")
        elif not -(2**63) <= value < 2**63:
            self.problems.append((path, f"{value} does not fit in 64 bits"))
        return value

    def _read_number(self, value: Any, path: Path_) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(value, path, "a number")
        return _json(value)

    def _read_boolean(self, value: Any, path: Path_) -> Any:
        if isinstance(value, Plain) and value.legacy is not None:
            return value.legacy
        if not isinstance(value, bool):
            fix = {"true": "; write true", "false": "; write false"}.get(str(value).lower(), "")
            self._wrong(value, path, f"true or false{fix}{' without quotes' if fix else ''}")
        return value

    def _read_quantity(self, value: Any, path: Path_) -> Any:
        text = None if isinstance(value, Plain) else written(value)
        if text is None or not API_QUANTITY.fullmatch(text):
            self.problems.append((path, f'{shown(value)} is not a quantity; write it as "500m", "2" or "8Gi"'))
            return value
        return text

    def _read_intOrString(self, value: Any, path: Path_) -> Any:  # noqa: N802 - named as the type is
        if isinstance(value, Decimals) and value.is_integer():
            return int(value)
        if isinstance(value, bool | dict | list | Decimals):
            self._wrong(value, path, "a whole number or text")
        return str(value) if isinstance(value, str) else value


def _simple(value: Any) -> bool:
    return isinstance(value, bool | int | float)


def _what(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "text"
    return "a number" if isinstance(value, int | float) else "that"


def _json(value: Any) -> Any:
    """`value` as kubectl would send it."""
    if isinstance(value, dict):
        return {key: _json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_json(part) for part in value]
    if isinstance(value, Plain) and value.legacy is not None:
        return value.legacy
    if isinstance(value, Decimals):
        return float(value)
    return str(value) if isinstance(value, str) else value
