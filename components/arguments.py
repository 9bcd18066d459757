"""Checks of a component's Args, all made before the first resource is registered."""

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, TypeVar

from apex.errors import InputError, Problem
from apex.tags import CostTags
from components.workload import quantity

LOG_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""What CloudWatch Logs takes as a retention (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)."""

_Member = TypeVar("_Member", bound=Enum)


class Arguments:
    """Reads the Args of one component and gathers everything that is wrong with them.

    Each problem is told as `<component's name>.<argument>: <value> …; <fix>`. Reading continues after a problem, so
    that one run tells all of them; `refuse_if_wrong` then raises.
    """

    def __init__(self, name: str, args: Mapping[str, Any]) -> None:
        self._name = name
        self._args = args
        self._problems: list[Problem] = []

    def refuse(self, argument: str, message: str) -> None:
        """Note that `argument` cannot be used; `message` names its value and the fix."""
        self._problems.append(Problem("", 0, 0, f"{self._name}.{argument}", message))

    def refuse_if_wrong(self) -> None:
        """Raise InputError if anything was refused."""
        if self._problems:
            raise InputError(self._problems)

    def cost_tags(self) -> CostTags:
        """The cost tags; raises at once when they are wrong, as nothing can be named without them."""
        return CostTags.of(self._args.get("tags") or {})

    def whole(self, argument: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """A whole number; another program's host delivers it as a float."""
        value = self._args.get(argument)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            self.refuse(argument, f"{value!r} is not a whole number; write one, such as {default}")
            return default
        if value < least or (most is not None and value > most):
            span = f"at least {least}" if most is None else f"from {least} to {most}"
            self.refuse(argument, f"{int(value)} is out of range; use {span}")
            return default
        return int(value)

    def member(self, argument: str, kind: type[_Member], default: _Member) -> _Member:
        """A member of an enumeration, given as itself or by its value."""
        value = self._args.get(argument)
        try:
            return default if value is None else kind(value)
        except ValueError:
            self.refuse(argument, f'"{value}" is not known; use {", ".join(str(each.value) for each in kind)}')
            return default

    def quantity(self, argument: str, default: str | None = None) -> str:
        """A Kubernetes quantity above zero, such as `500m` or `8Gi`; required unless there is a default."""
        value = str(self._args.get(argument) or default or "")
        if quantity(value) is None:
            self.refuse(argument, f'"{value}" is not a quantity above zero; write such as 500m, 2 or 8Gi')
        return value

    def names(self, argument: str, what: str) -> list[str]:
        """A list of texts that is not empty and repeats nothing."""
        values = list(self._args.get(argument) or [])
        if not values:
            self.refuse(argument, f"is empty; name at least one {what}")
        elif len(set(values)) < len(values):
            self.refuse(argument, f"{values} names a {what} twice; name each once")
        return values

    def log_retention_days(self, argument: str, default: int) -> int:
        """A retention that CloudWatch Logs knows."""
        days = self.whole(argument, default, least=1)
        if days not in LOG_RETENTION_DAYS:
            longer = next((known for known in LOG_RETENTION_DAYS if known > days), LOG_RETENTION_DAYS[-1])
            self.refuse(argument, f"{days} is not a retention CloudWatch Logs has; use {longer}")
        return days

    def allow_only(self, known: Collection[str]) -> None:
        """Refuse arguments that do not exist: a misspelt optional one would otherwise be ignored."""
        for argument in self._args:
            if argument not in known:
                self.refuse(argument, f"is not an argument; use one of {', '.join(sorted(known))}")
