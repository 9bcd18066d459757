"""What pydantic found wrong, in words a person can act on."""

import itertools
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from apex.specs.checks import FailedChecksError
from apex.specs.document import Path_
from apex.specs.explain import model_at
from apex.specs.kinds import suggest
from apex.specs.values import shown


def explain(error: ValidationError, model: type[BaseModel], data: Any) -> Iterator[tuple[Path_, str]]:
    """The path in `data` and the message of each problem in `error`."""
    items = [(_within(data, item["loc"]), item) for item in error.errors(include_url=False)]
    for path, item in items:
        failure = item.get("ctx", {}).get("error")
        if isinstance(failure, FailedChecksError):
            for field, message in failure.failures:
                yield ((*path, field) if field else path), message
        elif item["type"] == "union_tag_invalid":
            tag, expected = item["ctx"]["tag"], item["ctx"]["expected_tags"]
            field = item["ctx"]["discriminator"].strip("'")
            yield (*path, field), f"{shown(tag)} is not one of {_listed(expected)}{_near(tag, expected)}"
        elif item["type"] == "too_short" and any(len(other) > len(path) == _shared(other, path) for other, _ in items):
            continue  # pydantic counts only the items that are right; those that are not are told already
        else:
            yield path, _message(item, model, path, data)


def _shared(one: Path_, other: Path_) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


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


def _message(item: Any, model: type[BaseModel], path: Path_, data: Any) -> str:
    kind, value, context = item["type"], item.get("input"), item.get("ctx", {})
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return _unknown_field(model, path, data)
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return f"{shown(value)} is not one of {_listed(context['expected'])}{_near(value, context['expected'])}"
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
        return f"is empty; write at least {context['min_length']} item"
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


def _unknown_field(model: type[BaseModel], path: Path_, data: Any) -> str:
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    models = model_at(model, path[:-1])
    own = [found for found in models if _fits(found, holder)]
    key = str(path[-1])
    others = [found for found in models if found not in own and key in _fields(found)]
    if others:
        kinds = sorted(value for found in others for value in get_args(found.model_fields["type"].annotation))
        return f"is for type {' or '.join(kinds)} only; remove it"
    return f"is not a field; {suggest(key, {name for found in own or models for name in _fields(found)})}"


def _fields(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _fits(model: type[BaseModel], holder: Any) -> bool:
    """Whether `model` is the one of a union that `holder` says it is by its type."""
    field = model.model_fields.get("type")
    return field is None or holder.get("type") in get_args(field.annotation)
