"""Where in Git the planned resources were declared, so that a report can point at the line to change."""

from pathlib import Path

from apex.policy.catalog import shown_path
from apex.pricing.estimate import Bill
from apex.report.judged import Place
from apex.specs import Catalog
from apex.specs.catalog import Declaration
from apex.specs.finops import Budget
from apex.specs.governance import DataContract


def places_of(bill: Bill, catalog: Catalog, root: Path, environment: str) -> dict[str, Place]:
    """File and line of each resource on `bill` that a declaration of the catalog at `root` stands for, by URN.

    The program names a declaration's component after the environment and the declaration; what has no declaration,
    such as the network, comes from the settings and is left out.
    """
    known: dict[str, Place] = {}
    for declaration in sorted(catalog.declarations, key=lambda each: (each.shown, each.line)):
        for name in _names(declaration):
            known.setdefault(f"{environment}-{name}", (shown_path(declaration.shown, root), declaration.line))
    return {
        resource.urn: known[name]
        for resource in bill.resources
        if (name := resource.component or resource.name) in known
    }


def _names(declaration: Declaration[object]) -> tuple[str, ...]:
    if isinstance(declaration.model, Budget):
        return (f"{declaration.name}-budget",)
    if isinstance(declaration.model, DataContract):
        return (f"{declaration.name}-data",)
    if declaration.namespace:
        return (declaration.name, f"{declaration.namespace}-{declaration.name}")
    return (declaration.name,)
