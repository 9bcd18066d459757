"""A bill as data: the JSON form that programs read, in one order, with amounts as decimal strings."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from apex.pricing.budgets import Verdict
from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.forecast import Forecast
from apex.pricing.quantity import Quantity, cents


def bill_document(
    bill: Bill,
    verdicts: Iterable[Verdict] = (),
    groups: Mapping[str, Mapping[str, Quantity]] | None = None,
    forecast: Forecast | None = None,
) -> dict[str, Any]:
    """The JSON form of `bill`. Amounts are to the cent, unit prices in full, `quantity` is the expected one."""
    document: dict[str, Any] = {
        "currency": bill.currency,
        "catalogueDate": bill.catalogue_date.isoformat(),
        "complete": bill.complete,
        "monthly": money(bill.monthly),
        "resources": [_resource(resource) for resource in bill.resources],
        "budgets": [_verdict(verdict) for verdict in verdicts],
        "groups": {
            key: {name: money(amount) for name, amount in sorted(amounts.items())}
            for key, amounts in sorted((groups or {}).items())
        },
        "findings": [{"urn": finding.urn, "message": finding.message} for finding in bill.findings],
    }
    if forecast is not None:
        document["forecast"] = {
            "months": [money(amount) for amount in forecast.months],
            "exceeded": {name: None if month is None else month + 1 for name, month in forecast.exceeded},
        }
    return document


def money(amount: Quantity) -> dict[str, str]:
    """Amounts to the cent."""
    return {"low": amount_text(amount.low), "expected": amount_text(amount.expected), "peak": amount_text(amount.peak)}


def amount_text(amount: Decimal) -> str:
    """An amount to the cent; nothing is 0.00, never -0.00."""
    return f"{cents(amount) + 0:f}"


def plain(amount: Decimal) -> str:
    """A number without exponent or trailing zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _resource(resource: PricedResource) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "monthly": money(resource.monthly),
        "tags": dict(sorted(resource.tags.items())),
        "components": [
            {
                "name": part.name,
                "unit": part.unit,
                "quantity": plain(part.quantity.expected),
                "unitPrice": plain(part.unit_price),
                "monthly": money(part.monthly),
                "assumption": part.assumption or None,
            }
            for part in resource.components
        ],
        "unpriced": resource.unpriced,
        "free": resource.free,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    budget = verdict.budget
    return {
        "name": budget.name,
        "scope": dict(sorted(budget.scope.items())),
        "period": budget.period,
        "hard": budget.hard,
        "amount": amount_text(verdict.limit),
        "spend": money(verdict.spend),
        "state": verdict.state,
        "blocked": verdict.blocked,
        "added": None if verdict.added is None else amount_text(verdict.added),
        "crossed": list(verdict.crossed),
        "contributors": [
            {"urn": c.urn, "amount": amount_text(c.amount), "added": None if c.added is None else amount_text(c.added)}
            for c in verdict.contributors
        ],
        "unpriced": list(verdict.unpriced),
        "message": verdict.message,
    }
