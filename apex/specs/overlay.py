"""Strategic merge: an overlay's document changes the parts of the base's document that it names.

Maps are merged key by key; null takes a key away. Lists whose items have a key (`name`, for most) are merged item by
item, in the base's order with new ones behind; other lists are replaced. `$patch: delete` in a map or an item takes it
away, `$patch: replace` puts the rest of the map in place of the base's.
"""

from typing import Any

DIRECTIVE = "$patch"
MERGE_KEYS: dict[str, tuple[str, ...]] = {
    "accessModes": (),
    "alerts": ("type",),
    "containers": ("name",),
    "costCenters": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "namespaces": ("name",),
    "pii": ("column",),
    "ports": ("containerPort", "port"),
    "projects": ("name",),
    "quality": ("name",),
    "registries": ("name",),
    "roles": ("name",),
    "rolloutMetrics": ("name",),
    "schemas": ("name",),
    "steps": ("name",),
    "teams": ("name",),
    "topics": ("name",),
    "topologySpreadConstraints": ("topologyKey",),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
"""By the name of a list: the key that its items are told apart by (the first that all items have)."""


def merge(base: Any, patch: Any, field: str = "") -> Any:
    """`base` changed by `patch`; neither is touched. `field` is the key that holds them."""
    if isinstance(base, dict) and isinstance(patch, dict):
        return _merge_maps(base, patch)
    if isinstance(base, list) and isinstance(patch, list):
        key = merge_key(field, base, patch)
        return _merge_lists(base, patch, key) if key else _clean(patch)
    return _clean(patch)


def merge_key(field: str, *lists: list[Any]) -> str | None:
    """What tells the items of the list called `field` apart; None for a list that is replaced as a whole."""
    for key in MERGE_KEYS.get(field, ()):
        if all(isinstance(item, dict) and key in item for items in lists for item in items):
            return key
    return None


def unknown_directives(patch: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    """Where `$patch` says something that is not known."""
    if isinstance(patch, dict):
        own = [((*path, DIRECTIVE), patch[DIRECTIVE])] if patch.get(DIRECTIVE, "merge") not in _DIRECTIVES else []
        return own + [found for key, value in patch.items() for found in unknown_directives(value, (*path, key))]
    if isinstance(patch, list):
        return [found for at, value in enumerate(patch) for found in unknown_directives(value, (*path, at))]
    return []


_DIRECTIVES = ("merge", "replace", "delete")


def _merge_maps(base: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    if patch.get(DIRECTIVE) == "replace":
        return _clean({key: value for key, value in patch.items() if key != DIRECTIVE})
    merged = dict(base)
    for key, value in patch.items():
        if key == DIRECTIVE:
            continue
        if value is None or (isinstance(value, dict) and value.get(DIRECTIVE) == "delete"):
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value, key)
    return merged


def _merge_lists(base: list[Any], patch: list[Any], key: str) -> list[Any]:
    changes = {item[key]: item for item in patch}
    merged = []
    for item in base:
        change = changes.pop(item[key], None)
        if change is None:
            merged.append(item)
        elif change.get(DIRECTIVE) != "delete":
            merged.append(merge(item, change))
    return merged + [_clean(item) for item in patch if item[key] in changes and item.get(DIRECTIVE) != "delete"]


def _clean(value: Any) -> Any:
    """`value` without directives, without what they delete, and without the nulls of maps."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key != DIRECTIVE and item is not None}
        return {key: _clean(item) for key, item in kept.items() if not _deleted(item)}
    if isinstance(value, list):
        return [_clean(item) for item in value if not _deleted(item)]
    return value


def _deleted(value: Any) -> bool:
    return isinstance(value, dict) and value.get(DIRECTIVE) == "delete"
