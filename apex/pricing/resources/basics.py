"""Resources that bill a plain list of lines: so much of this, so much of that."""

from collections.abc import Iterable
from dataclasses import dataclass

from apex.pricing.lines import Line


@dataclass(frozen=True, slots=True)
class Lines:
    """A resource whose lines its own module has put together."""

    parts: tuple[Line, ...]

    def lines(self) -> Iterable[Line]:
        """The lines."""
        return self.parts
