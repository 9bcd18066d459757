"""The frameworks that rules serve: their names, and the controls that a platform like this one can serve by rules."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from apex.errors import InputError
from apex.policy.rule import Rule


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework: `controls` are those in scope, by id, each in a few words of ours."""

    id: str
    title: str
    scope: str
    controls: Mapping[str, str]


@lru_cache(maxsize=1)
def frameworks() -> Mapping[str, Framework]:
    """All frameworks, by id."""
    text = resources.files("apex.policy").joinpath("data/frameworks.json").read_text(encoding="utf-8")
    return {
        key: Framework(key, each["title"], each["scope"], each["controls"]) for key, each in json.loads(text).items()
    }


def framework(name: str) -> Framework:
    """The framework called `name`. Raises InputError listing those that exist."""
    known = frameworks()
    if name not in known:
        raise InputError.of(f'"{name}" is not a framework; use one of {", ".join(sorted(known))}', field="framework")
    return known[name]


def coverage(wanted: Framework, rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    """The rules that serve each control in scope, sorted; none for a control that no rule serves."""
    serving: dict[str, set[str]] = {control: set() for control in wanted.controls}
    for rule in rules:
        for control in rule.controls.get(wanted.id, ()):
            serving.setdefault(control, set()).add(f"{rule.pack}/{rule.id}")
    return {
        control: tuple(sorted(names)) for control, names in sorted(serving.items(), key=lambda item: natural(item[0]))
    }


def natural(control: str) -> tuple[tuple[int, str], ...]:
    """A sort key by which 2.10 comes after 2.9."""
    digits, parts = "", []
    for letter in control + " ":
        if letter.isdigit():
            digits += letter
            continue
        if digits:
            parts.append((int(digits), ""))
            digits = ""
        parts.append((-1, letter))
    return tuple(parts)
