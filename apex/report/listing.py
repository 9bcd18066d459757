"""What the policies said, as a list for a terminal: one block a rule, one line a finding, each fix once."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from apex.report.grouping import group_events

if TYPE_CHECKING:
    from apex.report.preview import PolicyEvent


def list_events(events: Iterable["PolicyEvent"]) -> Iterator[str]:
    """The lines of `events`, which are sorted by pack and policy."""
    for group in group_events(events):
        mark = "REFUSED" if group.level == "refused" else group.level
        yield f"{mark} {group.pack}/{group.rule}" + (f": {counted(group.count, 'finding')}" if group.count > 1 else "")
        for remedy, several in group.remedies.items():
            for found in several:
                text = f"{found.subject}: {found.message}" if found.subject else found.message
                yield from (f"    {line}" for line in text.splitlines())
            if remedy:
                yield f"      {remedy}"


def counted(number: int, thing: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
