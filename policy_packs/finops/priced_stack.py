"""What the rules on money share: the stack's bill, and the verdicts of the catalog's budgets on it."""

import os
from functools import lru_cache
from pathlib import Path

from apex.plan import Plan
from apex.policy.catalog import find_catalog, shown_path
from apex.policy.stack import Context
from apex.pricing.budgets import Budget, Verdict, decide_budgets
from apex.pricing.deployed import BASELINE, price_state
from apex.pricing.estimate import Bill, Pricing, estimate
from apex.pricing.from_catalog import budgets_of, usage_of
from apex.pricing.purchase import purchase_of
from apex.pricing.usage import UsageBook
from apex.settings import pricing_from
from apex.specs.catalog import Catalog
from apex.specs.loader import load_catalog

SETTINGS = {
    "catalog": {"type": "string", "description": "The catalog's folder. Default: the one beside the project."},
    "baseline": {"type": "string", "description": "The state before the change, as `pulumi stack export` writes it."},
}

_last: list[tuple[Context, Bill]] = []
_last_deployed: list[tuple[tuple[str, Context], Bill]] = []


def bill_of(context: Context) -> Bill:
    """The bill of the stack that is being judged; priced once for all rules."""
    if not _last or _last[0][0] is not context:
        resources = tuple(subject.resource for subject in context.subjects)
        plan = Plan(context.project, context.environment, resources, _config(context))
        _last[:] = [(context, estimate(plan, _pricing(context)))]
    return _last[0][1]


def deployed_bill(context: Context) -> Bill | None:
    """The bill of what is deployed now, None where nobody says what that is."""
    file = context.settings.get("baseline") or os.environ.get(BASELINE)
    if not file:
        return None
    key = (str(file), context)
    if not _last_deployed or _last_deployed[0][0] != key:
        _last_deployed[:] = [(key, price_state(Path(str(file)), _config(context), _pricing(context)))]
    return _last_deployed[0][1]


def verdicts_of(context: Context) -> tuple[Verdict, ...]:
    """What every budget says of the stack."""
    factor = pricing_from(_config(context)).budget_factor
    return decide_budgets(bill_of(context), budgets(context), deployed_bill(context), factor)


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


def _pricing(context: Context) -> Pricing:
    declared = catalog_of(context)
    usage = usage_of(declared.declarations) if declared else UsageBook()
    return Pricing(usage=usage, purchase=purchase_of(pricing_from(_config(context))))


def _config(context: Context) -> dict[str, str]:
    return {key: value for key, value in context.facts.items() if isinstance(value, str)}


@lru_cache(maxsize=4)
def _read(root: Path, environment: str) -> Catalog:
    return load_catalog(root, environment if (root / environment).is_dir() and environment else None)
