"""Bad input, told once: where it is, what was found, what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong with what a person wrote.

    `line` and `column` count from 1; 0 means not known. `field` is the dotted path inside the document
    (`spec.monitoring.alerts[1].threshold`), empty when the problem is with the whole file. `message` names the value
    received and the fix.
    """

    file: str
    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return ": ".join(part for part in (place, self.field, self.message) if part)


class InputError(Exception):
    """Input that cannot be used. A command that meets it prints each problem on a line and exits with 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def of(
        cls, message: str, *, file: str | Path = "", line: int = 0, column: int = 0, field: str = ""
    ) -> "InputError":
        """An error with a single problem."""
        return cls([Problem(str(file), line, column, field, message)])
