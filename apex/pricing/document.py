"""A bill as data: the JSON form that programs read, in one order, with amounts as decimal strings."""

from decimal import Decimal
from typing import Any

from apex.pricing.estimate import Bill, PricedResource
from apex.pricing.quantity import Quantity, cents


def bill_document(bill: Bill, budgets: list[Any] | None = None, groups: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON form of `bill`; issue 6 fixes its fields."""
    return {
        "currency": bill.currency,
        "catalogueDate": bill.catalogue_date.isoformat(),
        "complete": bill.complete,
        "monthly": money(bill.monthly),
        "resources": [_resource(resource) for resource in bill.resources],
        "budgets": budgets or [],
        "groups": groups or {},
        "findings": [{"urn": finding.urn, "message": finding.message} for finding in bill.findings],
    }


def money(amount: Quantity) -> dict[str, str]:
    """Amounts to the cent."""
    return {
        "low": f"{cents(amount.low):f}",
        "expected": f"{cents(amount.expected):f}",
        "peak": f"{cents(amount.peak):f}",
    }


def plain(amount: Decimal) -> str:
    """A number without exponent or trailing zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _resource(resource: PricedResource) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "monthly": money(resource.monthly),
        "tags": dict(resource.tags),
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
