"""Priced resources: what a service bills for, in its own terms. They know neither Pulumi nor prices."""

from collections.abc import Iterable
from typing import Protocol

from apex.pricing.lines import Line


class Priced(Protocol):
    """Something that knows its lines of a month's bill."""

    def lines(self) -> Iterable[Line]:
        """What it uses in a month."""


class Free:
    """A use of something that is known to cost nothing."""

    __slots__ = ()

    def lines(self) -> Iterable[Line]:
        """Nothing."""
        return ()


FREE = Free()
