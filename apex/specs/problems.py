"""What pydantic found wrong, in words a person can act on."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from apex.specs.checks import Failed
from apex.specs.document import Path_
from apex.specs.kinds import suggest
from apex.specs.values import shown


def explain(error: ValidationError, model: type[BaseModel], data: Any) -> Iterator[tuple[Path_, str]]:
    """The path in `data` and the message of each problem in `error`."""
    for item in error.errors(include_url=False):
        path = _within(data, item["loc"])
        failure = item.get("ctx", {}).get("error")
        if isinstance(failure, Failed):
            for field, message in failure.failures:
                yield ((*path, field) if field else path), message
        else:
            yield path, _message(item, model, path)


def _within(data: Any, location: tuple[str | int, ...]) -> Path_:
    """`location` without the steps that pydantic adds for unions and keys."""
    path: list[str | int] = []
    for at, step in enumerate(location):
        if isinstance(data, dict):
            if step in data:
                path.append(step)
                data = data[step]
            elif at == len(location) - 1 and step != "[key]":
                path.append(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            path.append(step)
            data = data[step]
    return tuple(path)


def _message(item: Any, model: type[BaseModel], path: Path_) -> str:
    kind, value, context = item["type"], item.get("input"), item.get("ctx", {})
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return f"is not a field; {suggest(str(path[-1]), fields_at(model, path[:-1]))}"
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return f"{shown(value)} is not one of {_listed(context['expected'])}{_near(value, context['expected'])}"
    if kind == "union_tag_invalid":
        expected = context["expected_tags"]
        return f'{context["discriminator"]} "{context["tag"]}" is not one of {_listed(expected)}'
    if kind == "union_tag_not_found":
        return f"{context['discriminator'].strip(chr(39))} is missing; add it"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{shown(value)} is not a map; write its fields below it"
    if kind in ("tuple_type", "list_type"):
        return f"{shown(value)} is not a list; write each item on a line that starts with -"
    return _bounds(kind, value, context) or f"{shown(value)}: {item['msg'][:1].lower()}{item['msg'][1:]}"


def _bounds(kind: str, value: Any, context: Any) -> str | None:
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        bound = next(iter(context.values()))
        word = {"greater_than_equal": "at least", "less_than_equal": "at most"}.get(kind, kind.replace("_", " "))
        return f"{shown(value)} is out of range; write {word} {bound}"
    if kind == "too_short":
        return f"has {context['actual_length']} items; write at least {context['min_length']}"
    if kind == "too_long":
        return f"has more items than {context['max_length']}; split it"
    if kind == "string_too_short":
        return f"{shown(value)} is too short; write at least {context['min_length']} characters"
    if kind == "string_too_long":
        return f"{shown(value)} is too long; write at most {context['max_length']} characters"
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} does not have the right form; write what matches {context['pattern']}"
    if kind == "string_type":
        return f"{shown(value)} is not text; write a string"
    return None


def _listed(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ")


def _near(value: Any, expected: str) -> str:
    if not isinstance(value, str):
        return ""
    found = suggest(value, [word.strip("' ") for word in expected.replace(" or ", ", ").split(", ")])
    return f"; {found}" if found.startswith("did") else ""


def fields_at(model: type[BaseModel], path: Path_) -> list[str]:
    """The fields of the map at `path` of a document of `model`, as YAML names them."""
    from apex.specs.explain import model_at

    return sorted(field.alias or name for found in model_at(model, path) for name, field in found.model_fields.items())
