"""What is done to a manifest on its way to the server and back: names, unknowns, secrets, comparison."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.aws.values import SIGNATURE, UNKNOWN, is_secret, is_unknown, reveal

AUTONAMED = "pulumi.com/autonamed"
"""The annotation by which the real provider remembers that a name is its own making."""
UNKNOWN_NAME = "apex-unknown"
"""Stands in a preview for a name that is not known yet."""
_SERVER_SIDE = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs between two manifests."""

    path: str
    kind: str
    """add, delete or update."""


def name_of(manifest: dict[str, Any]) -> Any:
    """The object's name, None where it has none."""
    return _metadata(manifest).get("name")


def namespace_of(manifest: dict[str, Any]) -> Any:
    """The object's namespace, None where it has none."""
    return _metadata(manifest).get("namespace")


def with_name(manifest: dict[str, Any], old: dict[str, Any], logical_name: str, seed: bytes) -> dict[str, Any]:
    """The manifest with a name: the one given, else the one made up before, else a new one."""
    metadata = _metadata(manifest)
    if metadata.get("name") or metadata.get("generateName"):
        return manifest
    before = _metadata(old)
    if (before.get("annotations") or {}).get(AUTONAMED) == "true" and before.get("name"):
        name = before["name"]
    else:
        name = f"{logical_name.lower()}-{hashlib.sha256(seed or logical_name.encode()).hexdigest()[:8]}"
    annotations = dict(metadata.get("annotations") or {}) | {AUTONAMED: "true"}
    return manifest | {"metadata": dict(metadata) | {"name": name, "annotations": annotations}}


def is_autonamed(manifest: dict[str, Any]) -> bool:
    """Whether the name is the provider's making."""
    annotations = _metadata(manifest).get("annotations")
    return isinstance(annotations, dict) and annotations.get(AUTONAMED) == "true"


def plain(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest as the server is sent it: secrets revealed, nulls and the provider's own fields left out."""
    revealed: dict[str, Any] = reveal(manifest)
    cleaned: dict[str, Any] = _without_nulls({key: value for key, value in revealed.items() if key[:2] != "__"})
    return cleaned


def prune_unknown(value: Any, path: str = "") -> tuple[Any, list[str]]:
    """The value without what is unknown in it, and where that was."""
    if is_unknown(value):
        return None, [path]
    if isinstance(value, dict):
        kept, gone = {}, []
        for key, item in value.items():
            left, missing = prune_unknown(item, f"{path}.{key}" if path else key)
            gone += missing
            if left is not None or not missing:
                kept[key] = left
        return kept, gone
    if isinstance(value, list):
        items, gone = [], []
        for index, item in enumerate(value):
            left, missing = prune_unknown(item, f"{path}[{index}]")
            gone += missing
            if left is not None or not missing:
                items.append(left)
        return items, gone
    return value, []


def state_of(live: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The engine's record of an object: all the server tells but who manages which field; secrets stay secret."""
    metadata = {key: value for key, value in live.get("metadata", {}).items() if key != "managedFields"}
    state: dict[str, Any] = _hide(live | {"metadata": metadata}, inputs)
    return state


def planned_state(live: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """What is known of an object that is going to be made: the server fills the rest."""
    state = state_of(live, inputs)
    metadata = {key: value for key, value in state.get("metadata", {}).items() if key not in _SERVER_SIDE}
    given = _metadata(reveal(inputs))
    for key in ("name", "namespace"):
        if is_unknown(given.get(key)):
            metadata[key] = UNKNOWN
        elif given.get(key):
            metadata[key] = given[key]
    metadata |= dict.fromkeys(("creationTimestamp", "resourceVersion", "uid"), UNKNOWN)
    planned = _overlay(state, inputs) | {"metadata": _overlay(metadata, inputs.get("metadata") or {})}
    planned["status"] = UNKNOWN
    spec = planned.get("spec")
    if planned.get("kind") == "Service" and isinstance(spec, dict) and "clusterIP" in spec:
        wanted = reveal(inputs.get("spec") or {})
        if not isinstance(wanted, dict) or not wanted.get("clusterIP"):
            planned["spec"] = spec | {"clusterIP": UNKNOWN, "clusterIPs": UNKNOWN}
    return planned


def comparable(live: dict[str, Any]) -> dict[str, Any]:
    """An object without what changes on its own."""
    metadata = {key: value for key, value in live.get("metadata", {}).items() if key not in _SERVER_SIDE}
    return {key: value for key, value in live.items() if key != "status"} | {"metadata": metadata}


def drifted(inputs: Any, live: Any) -> Any:
    """The inputs with the values that the object has now, field by field."""
    if is_secret(inputs):
        return inputs | {"value": drifted(inputs["value"], live)}
    if isinstance(inputs, dict) and isinstance(live, dict):
        return {key: drifted(item, live[key]) for key, item in inputs.items() if key in live or key[:2] == "__"}
    if isinstance(inputs, list) and isinstance(live, list) and len(inputs) == len(live):
        return [drifted(item, now) for item, now in zip(inputs, live, strict=True)]
    return live


def differences(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """Every field that differs; an unknown new value counts as different."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            where = f"{path}{_step(key)}" if path else key
            if key not in new:
                yield Change(where, "delete")
            elif key not in old:
                yield Change(where, "add")
            else:
                yield from differences(old[key], new[key], where)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, f"{path}[{index}]")
    elif old != new:
        yield Change(path, "update")


def _step(key: str) -> str:
    return f".{key}" if key.isidentifier() else f'["{key}"]'


def _metadata(manifest: dict[str, Any]) -> dict[str, Any]:
    metadata = reveal(manifest.get("metadata"))
    return metadata if isinstance(metadata, dict) else {}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _hide(value: Any, inputs: Any) -> Any:
    """The value with every field wrapped as a secret that is one in the inputs."""
    if is_secret(inputs):
        return {SIGNATURE: inputs[SIGNATURE], "value": value}
    if isinstance(value, dict) and isinstance(inputs, dict):
        return {key: _hide(item, inputs.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(inputs, list) and len(value) == len(inputs):
        return [_hide(item, given) for item, given in zip(value, inputs, strict=True)]
    return value


def _overlay(state: Any, inputs: Any) -> Any:
    """The planned object with the unknowns of the inputs back in their places."""
    if is_unknown(inputs):
        return UNKNOWN
    if isinstance(state, dict) and isinstance(inputs, dict) and not is_secret(inputs):
        added = {key: item for key, item in inputs.items() if key not in state and key[:2] != "__" and item is not None}
        return {key: _overlay(item, inputs.get(key)) for key, item in state.items()} | added
    if isinstance(inputs, list) and isinstance(state, list) and len(inputs) == len(state):
        return [_overlay(item, given) for item, given in zip(state, inputs, strict=True)]
    return inputs if isinstance(inputs, list) else state
