"""What the rules on money share: the stack's bill, and the verdicts of the catalog's budgets on it."""

import os
from functools import lru_cache
from pathlib import Path

from apex.plan import Plan, read_plan
from apex.policy.catalog import find_catalog, shown_path
from apex.policy.stack import Context
from apex.pricing.budgets import Budget, Verdict, decide_budgets
from apex.pricing.estimate import Bill, Pricing, estimate
from apex.pricing.from_catalog import budgets_of, usage_of
from apex.pricing.usage import UsageBook
from apex.specs.catalog import Catalog
from apex.specs.loader import load_catalog

BASELINE = "APEX_BASELINE"
"""Environment variable: the state before the change (`pulumi stack export`), written by `apex preview`."""

SETTINGS = {
    "catalog": {"type": "string", "description": "The catalog's folder. Default: the one beside the project."},
    "baseline": {"type": "string", "description": "The state before the change, as `pulumi stack export` writes it."},
}

_last: list[tuple[Context, Bill]] = []


def bill_of(context: Context) -> Bill:
    """The bill of the stack that is being judged; priced once for all rules."""
    if not _last or _last[0][0] is not context:
        resources = tuple(subject.resource for subject in context.subjects)
        config = {key: value for key, value in context.facts.items() if isinstance(value, str)}
        plan = Plan(context.project, context.environment, resources, config)
        _last[:] = [(context, estimate(plan, Pricing(usage=_usage(context))))]
    return _last[0][1]


def deployed_bill(context: Context) -> Bill | None:
    """The bill of what is deployed now, None where nobody says what that is."""
    file = context.settings.get("baseline") or os.environ.get(BASELINE)
    return _baseline(Path(str(file)), _usage(context)) if file else None


def verdicts_of(context: Context) -> tuple[Verdict, ...]:
    """What every budget says of the stack."""
    return decide_budgets(bill_of(context), budgets(context), deployed_bill(context))


def budgets(context: Context) -> tuple[Budget, ...]:
    """The catalog's budgets for this environment."""
    declared = catalog_of(context)
    return budgets_of(declared.declarations) if declared else ()


def catalog_of(context: Context) -> Catalog | None:
    """The catalog of this environment, None where the project has none."""
    root = _root(context)
    return _read(root, context.environment) if root else None


def place_of(file: str, line: int, context: Context) -> str:
    """Where in the catalog something is declared, from the project's folder."""
    root = _root(context)
    return f"{shown_path(file, root) if root else file}:{line}"


def _root(context: Context) -> Path | None:
    given = context.settings.get("catalog")
    return Path(str(given)) if given else find_catalog(Path.cwd())


def _usage(context: Context) -> UsageBook:
    declared = catalog_of(context)
    return usage_of(declared.declarations) if declared else UsageBook()


@lru_cache(maxsize=4)
def _read(root: Path, environment: str) -> Catalog:
    return load_catalog(root, environment if (root / environment).is_dir() and environment else None)


@lru_cache(maxsize=4)
def _baseline(file: Path, usage: UsageBook) -> Bill:
    return estimate(read_plan(file), Pricing(usage=usage))
