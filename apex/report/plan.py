"""The planned changes, by component."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from apex.plan import Plan, Resource

SIGNS = {
    "create": "+",
    "update": "~",
    "replace": "±",
    "delete": "-",
    "same": " ",
    "read": "<",
    "refresh": "~",
    "import": "=",
}
"""The engine's operations as its own display marks them."""


@dataclass(frozen=True, order=True, slots=True)
class ComponentChange:
    """A top-level component (or a resource outside of one) and how many of its resources change, by operation."""

    name: str
    type: str
    changes: tuple[tuple[str, int], ...]


def changes_by_component(plan: Plan) -> tuple[ComponentChange, ...]:
    """One line per top-level component, sorted by name; the stack and the providers are left out."""
    index = {resource.urn: resource for resource in plan.resources}
    counts: dict[tuple[str, str], Counter[str]] = {}
    for resource in plan.resources:
        if resource.type.startswith("pulumi:"):
            continue
        top = _outermost(resource, index)
        counts.setdefault((top.name, top.type), Counter())[resource.op] += 1
    return tuple(
        ComponentChange(name, kind, tuple(sorted(ops.items()))) for (name, kind), ops in sorted(counts.items())
    )


def totals(changes: Iterable[ComponentChange]) -> dict[str, int]:
    """How many resources each operation touches, sorted by operation."""
    total: Counter[str] = Counter()
    for change in changes:
        total.update(dict(change.changes))
    return dict(sorted(total.items()))


def _outermost(resource: Resource, index: dict[str, Resource]) -> Resource:
    while resource.parent and (above := index.get(resource.parent)) and not above.type.startswith("pulumi:"):
        resource = above
    return resource
