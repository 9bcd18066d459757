"""What a pack is told besides its rules: `config.<environment>.json` beside it, in the form that the engine takes.

The engine hands it to a pack when it runs one; here it is read for `apex check`, so that both judge alike.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apex.errors import InputError
from apex.policy.packs import Pack
from apex.policy.rule import Enforcement

ALL = "all"
BASELINE = "baseline"
"""The entry that says what a pack does with findings that the deployed state has already: `{"baseline": "advisory"}`
tells them, `"mandatory"` refuses them."""
_LEVEL = "enforcementLevel"


@dataclass(frozen=True, slots=True)
class Configuration:
    """How strict rules are and what they are set to, by id; by pack, whether it takes what is deployed as it is."""

    levels: Mapping[str, Enforcement] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    baselines: Mapping[str, bool] = field(default_factory=dict)


def read_configuration(packs: Iterable[Pack], environment: str) -> Configuration:
    """The configuration of `packs` in `environment`. Raises InputError."""
    levels: dict[str, Enforcement] = {}
    settings: dict[str, Mapping[str, Any]] = {}
    baselines = {}
    for pack in packs:
        file = pack.folder / f"config.{environment}.json"
        if not environment or not file.is_file():
            continue
        entries = _read(file)
        if BASELINE in entries:
            level = _level(entries.pop(BASELINE).get(_LEVEL), file, BASELINE)
            baselines[pack.name] = level is Enforcement.ADVISORY
        of_all = entries.pop(ALL, {}).get(_LEVEL)
        known = {rule.id for rule in pack.rules}
        if of_all:
            levels |= dict.fromkeys(known, _level(of_all, file, ALL))
        for name, entry in sorted(entries.items()):
            if name not in known:
                raise InputError.of(f"is no rule of the pack {pack.name}", file=file, field=name)
            if _LEVEL in entry:
                levels[name] = _level(entry[_LEVEL], file, name)
            settings[name] = {key: value for key, value in entry.items() if key != _LEVEL}
    return Configuration(levels, settings, baselines)


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise InputError.of(f"is not JSON: {error.msg}", file=file, line=error.lineno, column=error.colno) from error
    if not isinstance(found, dict):
        raise InputError.of("is not a map from rules to levels or settings", file=file)
    entries: dict[str, dict[str, Any]] = {}
    for name, entry in found.items():
        if isinstance(entry, str):
            entries[name] = {_LEVEL: entry}
        elif isinstance(entry, dict):
            entries[name] = entry
        else:
            raise InputError.of("is neither a level nor a map of settings", file=file, field=name)
    return entries


def _level(given: Any, file: Path, name: str) -> Enforcement:
    try:
        return Enforcement(given)
    except ValueError:
        wanted = ", ".join(level.value for level in Enforcement)
        raise InputError.of(f'"{given}" is not a level; use one of {wanted}', file=file, field=name) from None
