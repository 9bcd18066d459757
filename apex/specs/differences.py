"""How two environments differ, declaration by declaration and field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apex.specs.catalog import Catalog
from apex.specs.overlay import MERGE_KEYS

ABSENT = None


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """One field that is not the same; `before` or `after` is None where it is absent there.

    `field` is empty where the whole declaration is on one side only.
    """

    kind: str
    namespace: str
    name: str
    field: str
    before: str | None
    after: str | None


def differences(before: Catalog, after: Catalog) -> list[Difference]:
    """What is not the same in `before` and `after`, sorted."""
    left, right = _by_key(before), _by_key(after)
    found = []
    for key in sorted(left.keys() | right.keys()):
        if key not in left or key not in right:
            found.append(Difference(*key, "", _presence(key in left), _presence(key in right)))
            continue
        fields, others = dict(flatten(left[key])), dict(flatten(right[key]))
        found += [
            Difference(*key, field, fields.get(field), others.get(field))
            for field in sorted(fields.keys() | others.keys())
            if fields.get(field) != others.get(field)
        ]
    return found


def flatten(value: Any, path: str = "", name: str = "") -> Iterator[tuple[str, str]]:
    """The path and the text of each value in `value`; items of a list that have a key are named by it."""
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            step = f"{path}.{key}" if path else str(key)
            yield from flatten(part, step if "/" not in str(key) else f"{path}[{key}]", str(key))
    elif isinstance(value, list) and value:
        key_name = next((key for key in MERGE_KEYS.get(name, ()) if all(_has(item, key) for item in value)), None)
        for number, item in enumerate(value):
            yield from flatten(item, f"{path}[{item[key_name] if key_name else number}]")
    else:
        yield path, _text(value)


def _has(item: Any, key: str) -> bool:
    return isinstance(item, Mapping) and key in item


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return str(value)


def _presence(there: bool) -> str | None:
    return "declared" if there else ABSENT


def _by_key(catalog: Catalog) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(found.kind, found.namespace or "", found.name): found.content for found in catalog.declarations}
