"""A node of the tree of what becomes of a declaration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """Something that is made, called `name`, with what is made below it; `what` is its type or its purpose."""

    what: str
    name: str
    parts: tuple["Node", ...] = ()
