"""A plan in a line."""

from collections.abc import Callable
from typing import Any

import pytest

from apex.plan import Plan, Resource
from apex.pricing.estimate import Bill, Pricing, estimate


def make_resource(
    token: str, name: str = "it", /, *, refers: dict[str, Resource] | None = None, **inputs: Any
) -> Resource:
    return Resource(
        urn=f"urn:pulumi:dev::shop::{token}::{name}",
        type=token,
        name=name,
        op="create",
        inputs=inputs,
        property_dependencies={key: (other.urn,) for key, other in (refers or {}).items()},
    )


@pytest.fixture
def resource() -> Callable[..., Resource]:
    return make_resource


@pytest.fixture
def bill() -> Callable[..., Bill]:
    def of(*resources: Resource, pricing: Pricing | None = None, region: str = "us-east-1") -> Bill:
        return estimate(Plan("shop", "dev", resources, {"aws:region": region}), pricing)

    return of
