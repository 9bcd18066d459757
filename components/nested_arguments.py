"""Checks of Args that hold lists of other Args, enums and texts; see `components.arguments`."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from components.arguments import Arguments

Member = TypeVar("Member", bound=Enum)


class NestedArguments(Arguments):
    """`Arguments` whose items are Args themselves: problems of an item are gathered with those of the whole."""

    def has(self, argument: str) -> bool:
        """Whether the argument was given."""
        return self._args.get(argument) is not None

    def given(self, argument: str, default: Any) -> Any:
        """What was given, unread: an Output, or something that is checked elsewhere."""
        value = self._args.get(argument)
        return default if value is None else value

    def items(self, argument: str) -> list["NestedArguments"]:
        """The Args in the list `argument`, each with its index in its name; empty where absent."""
        return [self._nested(f"{argument}[{index}]", item) for index, item in enumerate(self._args.get(argument) or [])]

    def item(self, argument: str) -> "NestedArguments | None":
        """The Args that `argument` holds, None where absent."""
        return self._nested(argument, self._args[argument]) if self.has(argument) else None

    def flag(self, argument: str, default: bool) -> bool:
        """True or false."""
        value = self._args.get(argument, default)
        if not isinstance(value, bool):
            self.refuse(argument, f"{value!r} is neither true nor false; write one of them")
            return default
        return value

    def text(self, argument: str, pattern: str, rule: str, default: str | None = None) -> str:
        """A text that `pattern` matches as a whole; required unless there is a default."""
        value = self._args.get(argument, default)
        if value is None:
            self.refuse(argument, f"is missing; write {rule}")
            return ""
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            self.refuse(argument, f"{value!r} cannot be used; write {rule}")
            return default or ""
        return value

    def texts(self, argument: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts, none twice."""
        values = self._args.get(argument)
        if values is None:
            return default
        if isinstance(values, str) or not all(isinstance(value, str) for value in values):
            self.refuse(argument, f"{values!r} is not a list of texts; write one")
            return default
        if repeated := sorted({value for value in values if list(values).count(value) > 1}):
            self.refuse(argument, f"{', '.join(repeated)} is there twice; write each once")
        return tuple(values)

    def choice(self, argument: str, kind: type[Member], default: Member) -> Member:
        """A member of an enum, given as the member or as its value."""
        value = self._args.get(argument, default)
        try:
            return kind(value)
        except ValueError:
            self.refuse(argument, f"{value!r} is not one of them; use {', '.join(str(m.value) for m in kind)}")
            return default

    def members(self, argument: str, kind: type[Member], default: tuple[Member, ...]) -> tuple[Member, ...]:
        """Members of an enum, in the enum's order."""
        given = self._args.get(argument)
        if given is None:
            return default
        values = [item.value if isinstance(item, Enum) else item for item in given]
        known = [member.value for member in kind]
        for value in values:
            if value not in known:
                self.refuse(argument, f"{value!r} is not one of them; use {', '.join(map(str, known))}")
        return tuple(member for member in kind if member.value in values)

    def optional_whole(self, argument: str, *, least: int = 0, most: int | None = None) -> int | None:
        """A whole number, None where absent."""
        return self.whole(argument, least, least=least, most=most) if self.has(argument) else None

    def number(self, argument: str, default: float, *, least: float, most: float) -> float:
        """A number within bounds."""
        value = self._args.get(argument, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.refuse(argument, f"{value!r} is out of range; use a number from {least:g} to {most:g}")
            return default
        return float(value)

    def _nested(self, place: str, item: Any) -> "NestedArguments":
        inner = NestedArguments(f"{self._name}.{place}", item if isinstance(item, Mapping) else {})
        inner._problems = self._problems
        if not isinstance(item, Mapping):
            self.refuse(place, f"{item!r} is not a map of arguments; write one")
        return inner


def recorded(value: Any) -> Any:
    """Args as the engine can keep them with the component: enums become their values."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: recorded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [recorded(item) for item in value]
    return value
