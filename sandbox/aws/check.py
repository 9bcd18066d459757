"""Holds a program's inputs against a type's schema, the way the real provider refuses them."""

import difflib
import json
from dataclasses import dataclass
from typing import Any

from sandbox.aws import schema as schemas
from sandbox.aws import values
from sandbox.aws.schema import Property, Schema, Type


@dataclass(frozen=True, slots=True)
class Failure:
    """One property that cannot be accepted, and why."""

    property: str
    reason: str


def check_inputs(schema: Schema, inputs: dict[str, Any]) -> list[Failure]:
    """Everything that is wrong with a resource's inputs, in the order of their names."""
    failures: list[Failure] = []
    _check_object(schema.inputs, inputs, "", schema.token, failures)
    computed = set(schema.computed) - set(schema.inputs)
    return [
        Failure(f.property, f"{f.reason} (`{f.property}` is an output of {schema.token}; the service sets it)")
        if f.property in computed
        else f
        for f in failures
    ]


def normalise(schema: Schema, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs as the provider keeps them: policy documents given as objects become JSON text."""
    kept: dict[str, Any] = {}
    for name, value in inputs.items():
        prop = schema.inputs.get(name)
        if prop is not None and prop.type.or_text and isinstance(value, dict) and not values.is_signed(value):
            text = values.UNKNOWN if values.has_unknown(value) else json.dumps(values.reveal(value))
            kept[name] = values.as_secret(text) if values.has_secret(value) else text
        else:
            kept[name] = value
    return kept


def _check_object(
    properties: dict[str, Property], given: dict[str, Any], path: str, owner: str, failures: list[Failure]
) -> None:
    for name in sorted(given):
        if name.startswith("__"):
            continue
        where = f"{path}.{name}" if path else name
        if name not in properties:
            failures.append(Failure(where, _unknown_property(name, properties, owner)))
        elif given[name] is not None:
            _check_value(properties[name].type, given[name], where, owner, failures)
    for name in sorted(properties):
        if not properties[name].optional and given.get(name) is None:
            where = f"{path}.{name}" if path else name
            failures.append(Failure(where, f"missing required property `{name}` of {owner}"))


def _unknown_property(name: str, properties: dict[str, Property], owner: str) -> str:
    close = difflib.get_close_matches(_camel(name), properties, n=3, cutoff=0.6)
    if not properties:
        hint = "it takes no properties"
    elif close:
        hint = "did you mean " + " or ".join(f"`{match}`" for match in close) + "?"
    else:
        hint = "it takes " + ", ".join(sorted(properties))
    return f"unknown property `{name}` of {owner}: {hint}"


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _check_value(kind: Type, value: Any, path: str, owner: str, failures: list[Failure]) -> None:
    if values.is_secret(value):
        _check_secret(kind, value.get("value"), path, owner, failures)
        return
    if values.is_unknown(value) or values.is_signed(value) or value is None or kind.kind == "any":
        return
    if kind.kind == "object":
        _check_nested(kind, value, path, owner, failures)
    elif kind.kind in ("list", "map"):
        _check_members(kind, value, path, owner, failures)
    elif kind.kind == "asset":
        failures.append(_wrong(path, "an asset or archive", value))
    elif not _fits(kind.kind, value):
        failures.append(_wrong(path, _SPOKEN[kind.kind], value))


def _check_secret(kind: Type, value: Any, path: str, owner: str, failures: list[Failure]) -> None:
    """Checks what a secret wraps; the message must not show it."""
    found: list[Failure] = []
    _check_value(kind, value, path, owner, found)
    for failure in found:
        wanted, shown, _ = failure.reason.partition(_GOT)
        failures.append(Failure(failure.property, f"{wanted}{_GOT}a secret" if shown else wanted))


def _check_members(kind: Type, value: Any, path: str, owner: str, failures: list[Failure]) -> None:
    if not isinstance(value, list if kind.kind == "list" else dict):
        failures.append(_wrong(path, f"a {kind.kind}", value))
        return
    members = enumerate(value) if isinstance(value, list) else sorted(value.items())
    for key, item in members:
        if kind.of is not None:
            _check_value(kind.of, item, f"{path}[{json.dumps(key)}]", owner, failures)


def _check_nested(kind: Type, value: Any, path: str, owner: str, failures: list[Failure]) -> None:
    if kind.or_text:
        if not isinstance(value, str | dict):
            failures.append(_wrong(path, "a string or an object", value))
        return
    if not isinstance(value, dict):
        failures.append(_wrong(path, "an object", value))
        return
    properties = schemas.nested(kind.ref, kind.file) if kind.file is not None else None
    if properties is not None:
        _check_object(properties, value, path, owner, failures)


_GOT = ", got "
_SPOKEN = {"str": "a string", "int": "a whole number", "float": "a number", "bool": "true or false"}


def _fits(kind: str, value: Any) -> bool:
    """Whether a value can stand for a scalar; numbers and booleans may be written as text, as the bridge allows."""
    if isinstance(value, list | dict):
        return False
    if kind == "str":
        return True
    if kind == "bool":
        return isinstance(value, bool) or value in ("true", "false")
    if isinstance(value, bool):
        return False
    try:
        number = float(value)
    except ValueError:
        return False
    return kind == "float" or number.is_integer()


def _wrong(path: str, wanted: str, value: Any) -> Failure:
    shown = json.dumps("[secret]" if values.has_secret(value) else value, sort_keys=True)
    return Failure(path, f"expected {wanted}{_GOT}{shown if len(shown) <= 60 else shown[:57] + '...'}")
