"""Reading a resource's properties without mistaking "not known yet" for "not there".

A plain mapping answers None, or a sentinel that compares unequal to everything, when a value is computed during the
deployment; a rule that reads it so is waved through. Here such a read raises `HiddenValueError`, and the runner turns
that into a finding that names the property.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from apex.plan import UNKNOWN, Hidden


class HiddenValueError(Exception):
    """A rule needs a property whose value cannot be seen: unknown until deployed, or secret."""

    def __init__(self, path: str, reason: Hidden) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} is {reason.value}")


class WrongShapeError(Exception):
    """A property is not of the kind that its resource takes, such as text where a map belongs."""

    def __init__(self, path: str, expected: str, value: object) -> None:
        self.path = path
        super().__init__(f"{path} is {type(value).__name__}, not {expected}")


@lru_cache(maxsize=4096)
def _spellings(name: str) -> tuple[str, ...]:
    """`name` and its snake_case form: SDK objects arrive in one, hand-written dictionaries in the other."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return (name,) if snake == name else (name, snake)


class Props:
    """The properties under `path` of one resource. Absent parts read as None, "", 0 items or an empty `Props`."""

    __slots__ = ("_values", "path")

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = values
        self.path = path

    def __contains__(self, name: str) -> bool:
        return self.raw(name) is not None

    def __bool__(self) -> bool:
        return bool(self._values)

    def where(self, name: str | int) -> str:
        """The path of the property `name`, for a message."""
        if isinstance(name, int):
            return f"{self.path}[{name}]"
        return f"{self.path}.{name}" if self.path else name

    def raw(self, name: str) -> Any:
        """The value of `name` as it is, which may be `UNKNOWN` or `SECRET`; None where absent."""
        for spelling in _spellings(name):
            if (value := _read(self._values, spelling)) is not None:
                return value
        return None

    def value(self, name: str) -> Any:
        """The value of `name`, None where absent. Raises HiddenValueError."""
        value = self.raw(name)
        if isinstance(value, Hidden):
            raise HiddenValueError(self.where(name), value)
        return value

    def is_set(self, name: str) -> bool:
        """Whether something is written for `name`, even if its value cannot be seen yet; an empty text is nothing."""
        return self.raw(name) not in (None, "")

    def text(self, name: str) -> str:
        """The text of `name`, "" where absent. Numbers and booleans are read as text."""
        value = self.value(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return value
        if isinstance(value, int | float):
            return f"{value:g}" if isinstance(value, float) else str(value)
        raise WrongShapeError(self.where(name), "text", value)

    def flag(self, name: str) -> bool | None:
        """The boolean of `name`, None where absent. The words true and false count."""
        value = self.value(name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise WrongShapeError(self.where(name), "true or false", value)

    def number(self, name: str) -> float | None:
        """The number of `name`, None where absent. A number written as text counts."""
        value = self.value(name)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str):
            try:
                return float(value)
            except ValueError:
                pass
        raise WrongShapeError(self.where(name), "a number", value)

    def map(self, name: str) -> "Props":
        """The nested properties of `name`. A list of one is read as its element, as both spellings are in use."""
        value = self.value(name)
        if isinstance(value, Sequence) and not isinstance(value, str):
            if len(value) == 1:
                return _nested(_read(value, 0), f"{self.where(name)}[0]")
            if not value:
                value = None
        return _nested(value, self.where(name))

    def at(self, dotted: str) -> "Props":
        """The nested properties at a dotted path."""
        here = self
        for name in dotted.split("."):
            here = here.map(name)
        return here

    def items(self, name: str) -> list["Props"]:
        """The elements of the list of maps `name`. A single map is read as a list of one."""
        value = self.value(name)
        if isinstance(value, Mapping):
            return [Props(value, self.where(name))]
        elements = self._elements(name, value)
        return [_nested(item, f"{self.where(name)}[{number}]") for number, item in enumerate(elements)]

    def texts(self, name: str) -> list[str]:
        """The elements of the list of texts `name`. A single text is read as a list of one."""
        value = self.value(name)
        if isinstance(value, str):
            return [value]
        elements = self._elements(name, value)
        for number, item in enumerate(elements):
            if isinstance(item, Hidden):
                raise HiddenValueError(f"{self.where(name)}[{number}]", item)
        return [str(item) for item in elements]

    def names(self) -> Iterator[str]:
        """The names of the properties that are here, in order."""
        return iter(sorted(self._values))

    def plain(self) -> Mapping[str, Any]:
        """The values as they are; `UNKNOWN` and `SECRET` may be among them."""
        return {name: _read(self._values, name) for name in self._values}

    def _elements(self, name: str, value: Any) -> list[Any]:
        if value is None:
            return []
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise WrongShapeError(self.where(name), "a list", value)
        return [_read(value, number) for number in range(len(value))]


def _read(values: Any, key: str | int) -> Any:
    """One value of a mapping (None where absent) or a sequence. The policy SDK's proxies raise for unknown values."""
    try:
        return values.get(key) if isinstance(key, str) else values[key]
    except Exception as error:
        if hasattr(error, "unknown_type_sentinel"):
            return UNKNOWN
        raise


def plain_of(value: Any) -> Any:
    """`value` and all it holds as dictionaries and lists, with `UNKNOWN` where the policy SDK's proxies would raise."""
    if isinstance(value, Mapping):
        return {name: plain_of(_read(value, name)) for name in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_of(_read(value, number)) for number in range(len(value))]
    return value


def _nested(value: Any, path: str) -> Props:
    if value is None:
        return Props({}, path)
    if isinstance(value, Hidden):
        raise HiddenValueError(path, value)
    if isinstance(value, Mapping):
        return Props(value, path)
    raise WrongShapeError(path, "a map", value)
