"""Rules between the fields of a map, each said once for Python and once for the cluster (CEL)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic.alias_generators import to_snake


@dataclass(frozen=True, slots=True)
class Check:
    """`holds` and `cel` say the same of a map; `message` is told at `field`, or at the map where that is empty."""

    cel: str
    message: str
    holds: Callable[[Any], bool]
    field: str = ""


class FailedChecksError(ValueError):
    """The checks that a map fails."""

    def __init__(self, failures: Iterable[tuple[str, str]]) -> None:
        self.failures = tuple(failures)
        super().__init__("; ".join(message for _, message in self.failures))


def attribute(model: Any, field: str) -> Any:
    """The value of `field`, as written in YAML, of `model`."""
    name = _snake(field)
    return getattr(model, name) if name in type(model).model_fields else getattr(model, f"{name}_")


_snake = lru_cache(maxsize=None)(to_snake)


def needs(key: str, value: str, *fields: str) -> tuple[Check, ...]:
    """Each of `fields` has to be there where `key` is `value`."""
    return tuple(_need(key, value, field) for field in fields)


def only_for(key: str, values: tuple[str, ...], *fields: str) -> tuple[Check, ...]:
    """None of `fields` may be there unless `key` is one of `values`."""
    return tuple(_only(key, values, field) for field in fields)


def _need(key: str, value: str, field: str) -> Check:
    return Check(
        f"self.{key} != '{value}' || has(self.{_escape(field)})",
        f"is missing; {key} {value} needs it",
        lambda it: attribute(it, key) != value or attribute(it, field) is not None,
        field,
    )


def _only(key: str, values: tuple[str, ...], field: str) -> Check:
    listed = ", ".join(f"'{value}'" for value in values)
    return Check(
        f"self.{key} in [{listed}] || !has(self.{_escape(field)})",
        f"is for {key} {_either(values)} only; remove it",
        lambda it: attribute(it, key) in values or attribute(it, field) is None,
        field,
    )


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(part for part in (", ".join(values[:-1]), values[-1]) if part)


def _escape(field: str) -> str:
    """`field` as CEL names it: its own words are set apart by underscores."""
    return f"__{field}__" if field in ("namespace", "package", "import", "in", "loop", "if", "else", "for") else field
