"""What a kind or a field is: its type, default, meaning and an example, read from the models."""

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from apex.errors import InputError
from apex.specs.document import Path_
from apex.specs.values import WHAT

Json = dict[str, Any]


def model_at(model: type[BaseModel], path: Path_) -> list[type[BaseModel]]:
    """The models that the map at `path` can be of."""
    found = [model]
    for step in path:
        if isinstance(step, int):
            continue
        found = [
            inner
            for outer in found
            for name, field in outer.model_fields.items()
            if (field.alias or name) == step
            for inner in models_in(field.annotation)
        ] or found  # a key of a free map, below which are the fields of its values
    return found


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that `annotation` mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for part in typing.get_args(annotation):
            yield from models_in(part)


def explain_field(address: str) -> str:
    """The documentation of `address`: a kind, or a kind and the path of a field (`Budget.spec.amount`)."""
    from apex.specs.kinds import KINDS, api_version, suggest
    from apex.specs.schema import published

    name, _, path = address.replace("[]", "").partition(".")
    kind = next((known for known in KINDS.values() if known.kind_name.lower() == name.lower()), None)
    if kind is None:
        raise InputError.of(f'"{name}" is not a kind; {suggest(name, KINDS)}')
    schema = published(kind)
    definitions = schema.get("$defs", {})
    found: list[tuple[Json, bool, str]] = [(schema, True, "")]
    shown = kind.kind_name
    for step in filter(None, path.split(".")):
        inner = [entry for holder, _, _ in found for entry in _fields(holder, step, definitions)]
        if not inner:
            known = sorted({key for holder, _, _ in found for part in maps_in(holder, definitions) for key in part[0]})
            raise InputError.of(f'{shown} has no field "{step}"; {suggest(step, known)}')
        found, shown = inner, f"{shown}.{step}"
    lines = [shown]
    if not path:
        lines.append(f"  apiVersion: {api_version(kind)}")
    for entry in found:
        lines += _about(entry, definitions)
    fields = [line for holder, _, _ in found for line in _summary(holder, definitions)]
    if fields:
        lines += ["", "fields:", *dict.fromkeys(fields)]
    return "\n".join(lines)


def _resolve(schema: Json, definitions: Json) -> list[Json]:
    """The alternatives that `schema` stands for, without null."""
    if "$ref" in schema:
        return _resolve(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if WHAT in schema:
        return [schema]
    for word in ("oneOf", "anyOf"):
        if word in schema:
            parts = [part for part in schema[word] if part.get("type") != "null"]
            return [found for part in parts for found in _resolve(part, definitions)]
    return [schema]


def maps_in(schema: Json, definitions: Json) -> Iterator[tuple[Json, list[str], str]]:
    """The properties, the required ones and the discriminating type of each map that `schema` is or holds."""
    for part in _resolve(schema, definitions):
        if part.get("type") == "array":
            yield from maps_in(part["items"], definitions)
        elif "properties" in part:
            kind = part["properties"].get("type", {}).get("const", "")
            yield part["properties"], part.get("required", []), kind
        elif isinstance(inner := _values(part), dict):
            yield from maps_in(inner, definitions)


def _values(part: Json) -> Any:
    patterned = part.get("patternProperties")
    return next(iter(patterned.values())) if patterned else part.get("additionalProperties")


def _fields(schema: Json, step: str, definitions: Json) -> list[tuple[Json, bool, str]]:
    found = [
        (properties[step], step in required, kind)
        for properties, required, kind in maps_in(schema, definitions)
        if step in properties
    ]
    if found:
        return found
    free = [_values(part) for part in _resolve(schema, definitions) if "properties" not in part]
    return [(inner, False, "") for inner in free if isinstance(inner, dict)]


def _about(entry: tuple[Json, bool, str], definitions: Json) -> Iterator[str]:
    schema, required, kind = entry
    resolved = _resolve(schema, definitions)
    text = schema.get("description") or resolved[0].get("description") or ""
    yield ""
    if kind:
        yield f"  for type {kind}:"
    yield f"  {' '.join(text.split())}"
    yield f"  type: {describe(schema, definitions)}"
    if required:
        yield "  required"
    elif (default := schema.get("default")) not in (None, []) and not isinstance(default, dict):
        yield f"  default: {_plain(default)}"
    examples = schema.get("examples") or resolved[0].get("examples")
    if examples:
        yield f"  example: {_plain(examples[0])}"


def _summary(schema: Json, definitions: Json) -> Iterator[str]:
    for properties, required, _ in maps_in(schema, definitions):
        for name, field in properties.items():
            mark = " (required)" if name in required else ""
            text = field.get("description") or _resolve(field, definitions)[0].get("description", "")
            yield f"  {name}: {describe(field, definitions)}{mark} - {' '.join(text.split())}"


def describe(schema: Json, definitions: Json) -> str:
    """The type of `schema` in words."""
    words = [_word(part, definitions) for part in _resolve(schema, definitions)]
    return " or ".join(dict.fromkeys(words))


def _word(part: Json, definitions: Json) -> str:
    if WHAT in part:
        return str(part[WHAT])
    if "enum" in part or "const" in part:
        values = part.get("enum") or [part["const"]]
        return f"one of {', '.join(map(str, values))}" if len(values) > 1 else str(values[0])
    kind = part.get("type")
    if kind == "array":
        return f"a list of: {describe(part['items'], definitions)}"
    if kind == "object":
        inner = _values(part)
        return f"a map of: {describe(inner, definitions)}" if isinstance(inner, dict) and inner else "a map"
    if kind == "integer":
        low, high = part.get("minimum"), part.get("maximum")
        return "a whole number" + (f" from {low} to {high}" if low is not None and high is not None else "")
    return {"boolean": "true or false", "string": "text", "number": "a number"}.get(str(kind), "anything")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)
