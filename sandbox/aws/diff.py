"""Decides what a change of inputs does to a resource: nothing, an update in place, or a replacement."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.aws import names, replacement, values
from sandbox.aws import schema as schemas
from sandbox.aws.schema import Property, Schema, Type

FOREIGN = "__foreign"
"""Marks the inputs of a resource that was read by its id: the sandbox cannot know what it was made with."""


@dataclass(frozen=True, slots=True)
class Change:
    """One changed path; `kind` is add, delete or update."""

    path: str
    kind: str
    replaces: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that changed, and whether the old resource must go before the new one can take its name."""

    changes: tuple[Change, ...]
    delete_first: bool = False


def top_level(path: str) -> str:
    """The input that a changed path lies in."""
    return path.partition(".")[0].partition("[")[0]


def compare(schema: Schema, old: dict[str, Any], new: dict[str, Any]) -> Verdict:
    """What happens when the inputs `old` become `new`."""
    changes: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        prop = schema.inputs.get(name)
        if name.startswith("__") or prop is None:
            continue
        # What is imported is taken to be as the program describes it.
        if old.get(FOREIGN) and name not in old:
            continue
        before, after = _plain(old.get(name)), _plain(new.get(name))
        if after is None and before is not None and _stays(schema, name, before):
            continue
        _walk(prop, before, after, name, name, schema.token, False, changes)
    return Verdict(tuple(changes), _delete_first(schema, old, new, changes))


def _stays(schema: Schema, name: str, before: Any) -> bool:
    """Whether the service keeps a value that the program no longer gives: one it would else have chosen itself."""
    output, default = schema.outputs.get(name), schema.inputs[name].default
    if default is not None:
        return _text(before).lower() == default.lower()
    return output is not None and not output.optional


def _delete_first(schema: Schema, old: dict[str, Any], new: dict[str, Any], changes: list[Change]) -> bool:
    if not any(change.replaces for change in changes):
        return False
    own = names.name_property(schema)
    if own is None or own in (new.get("__defaults") or ()):
        return False
    return new.get(own) is not None and _plain(new.get(own)) == _plain(old.get(own))


def _walk(
    prop: Property, old: Any, new: Any, path: str, bare: str, token: str, inherited: bool, changes: list[Change]
) -> None:
    if _same(prop, old, new):
        return
    replaces = inherited or replacement.forces_new(token, bare, prop)
    kind = prop.type
    if kind.kind == "object" and not kind.or_text and isinstance(old, dict) and isinstance(new, dict):
        _walk_object(kind, old, new, path, bare, token, replaces, changes)
    elif kind.kind == "list" and not prop.unordered and isinstance(old, list) and isinstance(new, list) and kind.of:
        element = Property(prop.name, kind.of)
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            _walk(element, before, after, f"{path}[{index}]", bare, token, replaces, changes)
    elif kind.kind == "map" and isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                step = f".{key}" if key.isidentifier() else f'["{key}"]'
                changes.append(_change(path + step, old.get(key), new.get(key), replaces))
    else:
        changes.append(_change(path, old, new, replaces))


def _walk_object(
    kind: Type,
    old: dict[str, Any],
    new: dict[str, Any],
    path: str,
    bare: str,
    token: str,
    inherited: bool,
    changes: list[Change],
) -> None:
    properties = (schemas.nested(kind.ref, kind.file) if kind.file is not None else None) or {}
    for name in sorted(old.keys() | new.keys()):
        if name.startswith("__"):
            continue
        prop = properties.get(name) or Property(name, schemas.ANY)
        _walk(prop, old.get(name), new.get(name), f"{path}.{name}", f"{bare}.{name}", token, inherited, changes)


def _change(path: str, old: Any, new: Any, replaces: bool) -> Change:
    kind = "add" if old is None else "delete" if new is None else "update"
    return Change(path, kind, replaces)


def _same(prop: Property, old: Any, new: Any) -> bool:
    if old == new or (_is_empty(old) and _is_empty(new)):
        return True
    if isinstance(old, list) and isinstance(new, list) and prop.unordered:
        return sorted(old, key=_order) == sorted(new, key=_order)
    if isinstance(old, str) and isinstance(new, str):
        return _same_json(old, new)
    # A scalar may be written as itself or as text: `3` and `"3"` reach the service alike.
    if isinstance(old, str | int | float) and isinstance(new, str | int | float):
        return _text(old) == _text(new)
    return False


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _is_empty(value: Any) -> bool:
    return value is None or value in ([], {})


def _order(item: Any) -> str:
    return json.dumps(item, sort_keys=True)


def _same_json(old: str, new: str) -> bool:
    if old[:1] not in "{[" or new[:1] not in "{[":
        return False
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return False


def _plain(value: Any) -> Any:
    """A value without secret wrappers, absent members and the bridge's own marks."""
    value = values.reveal(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if v is not None and not k.startswith("__")}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
