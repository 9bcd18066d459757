"""The price catalogue: what AWS asks for an item in a region, from which source, as of which day.

The files in `data/` are built by scripts/build_prices.py (from the facts in data/prices/) or by `apex prices refresh`
(from AWS's Price List API). docs/decisions/0610-price-facts.md states how facts that disagree are settled.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path

from apex.errors import InputError

CURRENCY = "USD"
"""The currency of AWS list prices. Amounts in another one are refused: no exchange rate is guessed."""

EVERY_REGION = "*"
"""The region of an item that AWS sells at one price in all commercial regions."""

COLUMNS = ("service", "item", "unit", "region", "from", "usd", "source", "as_of", "trust")


class MissingPriceError(LookupError):
    """No fact says what an item costs in a region: the item stays unpriced."""


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """The price of `unit` of an item, for the part of a month's quantity at and above `start`."""

    service: str
    item: str
    region: str
    start: Decimal
    unit: str
    amount: Decimal
    source: str
    as_of: str
    trust: int


@dataclass(frozen=True, slots=True)
class InstanceType:
    """What a machine of an EC2 type has."""

    name: str
    vcpus: Decimal
    memory_gib: Decimal
    gpus: int
    gpu: str


@dataclass(frozen=True)
class Catalogue:
    """Prices by service, item and region. Rows are read into `Price` when asked for, which keeps loading quick."""

    rows: Mapping[tuple[str, str, str], tuple[tuple[str, ...], ...]]
    sources: Mapping[str, str]
    instances: Mapping[str, InstanceType]
    _known: dict[tuple[str, str, str], tuple[Price, ...]] = field(default_factory=dict, compare=False, repr=False)

    def tiers(self, service: str, item: str, region: str) -> tuple[Price, ...]:
        """The prices of `item`, first tier first. Raises MissingPriceError where there is no fact."""
        key = (service, item, region)
        found = self._known.get(key)
        if found is None:
            rows = self.rows.get(key) or self.rows.get((service, item, EVERY_REGION))
            if not rows:
                raise MissingPriceError(f"no price for {service} {item} in {region}")
            found = tuple(sorted(self._price(row) for row in rows))
            self._known[key] = found
        return found

    def price(self, service: str, item: str, region: str) -> Price:
        """The first tier's price of `item`."""
        return self.tiers(service, item, region)[0]

    def has(self, service: str, item: str, region: str) -> bool:
        """Whether `item` has a price in `region`."""
        return (service, item, region) in self.rows or (service, item, EVERY_REGION) in self.rows

    def search(self, query: str) -> list[Price]:
        """Every price whose service, item or region holds each word of `query`, sorted."""
        words = query.lower().split()
        return sorted(
            self._price(row)
            for key, rows in self.rows.items()
            if all(word in " ".join(key).lower() for word in words)
            for row in rows
        )

    @property
    def date(self) -> date:
        """The day of the newest price: the catalogue knows nothing later."""
        return date.fromisoformat(max(row[7] for rows in self.rows.values() for row in rows if len(row[7]) == 10))

    def instance(self, name: str) -> InstanceType:
        """What `name` has. Raises MissingPriceError for an unknown type."""
        try:
            return self.instances[name]
        except KeyError:
            raise MissingPriceError(f"no facts about the instance type {name}") from None

    def _price(self, row: tuple[str, ...]) -> Price:
        service, item, unit, region, start, amount, source, as_of, trust = row
        return Price(
            service, item, region, Decimal(start), unit, Decimal(amount), self.sources[source], as_of, int(trust)
        )


@cache
def load_catalogue() -> Catalogue:
    """The catalogue in the package."""
    folder = resources.files("apex.pricing") / "data"
    return read_catalogue(
        *((folder / name).read_text("utf-8") for name in ("prices.csv", "sources.csv", "instances.csv"))
    )


def load_catalogue_from(folder: Path) -> Catalogue:
    """The catalogue in `folder`, as `apex prices refresh --out` writes it."""
    try:
        texts = [(folder / name).read_text("utf-8") for name in ("prices.csv", "sources.csv", "instances.csv")]
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", file=error.filename) from error
    return read_catalogue(*texts)


def read_catalogue(prices: str, sources: str, instances: str) -> Catalogue:
    """A catalogue from the text of its three files."""
    rows: dict[tuple[str, str, str], list[tuple[str, ...]]] = defaultdict(list)
    for row in _rows(prices):
        rows[row[0], row[1], row[3]].append(tuple(row))
    return Catalogue(
        rows={key: tuple(found) for key, found in rows.items()},
        sources={row[0]: row[1] for row in _rows(sources)},
        instances={
            row[0]: InstanceType(row[0], Decimal(row[1]), Decimal(row[2]), int(row[3]), row[4])
            for row in _rows(instances)
        },
    )


def build_catalogue(prices: Iterable[Price], instances: Iterable[InstanceType] = ()) -> Catalogue:
    """A catalogue of `prices` alone, for tests and for refreshed parts."""
    rows: dict[tuple[str, str, str], list[tuple[str, ...]]] = defaultdict(list)
    for p in sorted(prices):
        row = (p.service, p.item, p.unit, p.region, f"{p.start:f}", f"{p.amount:f}", p.source, p.as_of, str(p.trust))
        rows[p.service, p.item, p.region].append(row)
    sources = {row[6]: row[6] for found in rows.values() for row in found}
    return Catalogue({key: tuple(found) for key, found in rows.items()}, sources, {i.name: i for i in instances})


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))[1:]
