"""What the policies said, as a list for a terminal: one block a rule, one line a finding, each fix once."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from apex.plan import urn_parts

if TYPE_CHECKING:
    from apex.report.preview import PolicyEvent

_REMEDIES = ("\n  Fix: ", "\n  Waived: ")
"""How a pack ends a finding's message: with what to do, or with who accepted it."""


def list_events(events: Iterable["PolicyEvent"]) -> Iterator[str]:
    """The lines of `events`, which are sorted by pack and policy."""
    for (level, pack, policy), found in groupby(events, key=lambda event: (event.level, event.pack, event.policy)):
        by_remedy: dict[str, list[str]] = {}
        for event in found:
            message, remedy = _split(event.message)
            by_remedy.setdefault(remedy, []).append(f"{_subject(event.urn)}{message}")
        count = sum(len(messages) for messages in by_remedy.values())
        mark = "REFUSED" if level == "mandatory" else level
        yield f"{mark} {pack}/{policy}" + (f": {counted(count, 'finding')}" if count > 1 else "")
        for remedy, messages in by_remedy.items():
            for text in messages:
                yield from (f"    {line}" for line in text.splitlines())
            if remedy:
                yield f"      {remedy}"


def _split(message: str) -> tuple[str, str]:
    for remedy in _REMEDIES:
        text, found, rest = message.rpartition(remedy)
        if found:
            return text, f"{remedy.strip()} {rest}"
    return message, ""


def _subject(urn: str) -> str:
    """Name and type of the resource; nothing for the stack itself, of which a message says what it is about."""
    try:
        _, _, kind, name = urn_parts(urn)
    except ValueError:
        return f"{urn}: " if urn else ""
    return "" if kind == "pulumi:pulumi:Stack" else f"{name} ({kind}): "


def counted(number: int, thing: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
