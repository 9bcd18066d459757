"""Refresh the catalogue from AWS: the Price List API for list prices, spot history for spot prices.

What was answered is kept page by page in a folder, so that a run that was cut short goes on where it stopped.
"""

import csv
import io
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from apex.errors import InputError
from apex.pricing.catalogue import COLUMNS, Catalogue, Price
from apex.pricing.price_list import QUERIES, Name, Query

SOURCE = "AWS Price List API"
SPOT_SOURCE = "EC2 spot price history"
_ATTEMPTS = 6
_PASSING = frozenset({"ThrottlingException", "Throttling", "RequestLimitExceeded", "InternalErrorException",
                      "InternalFailure", "ServiceUnavailable"})  # fmt: skip
_STALE_TOKEN = frozenset({"ExpiredNextTokenException", "InvalidNextTokenException"})


@dataclass(frozen=True)
class Refresher:
    """Asks AWS. `pricing` and `ec2` (by region) are boto3 clients; `wait` sleeps and `tell` shows progress."""

    pricing: Any
    ec2: Callable[[str], Any]
    folder: Path
    wait: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda text: None

    def run(self, regions: Iterable[str], day: str, queries: Iterable[Query] = QUERIES) -> list[Price]:
        """Every price that AWS names for `regions`, sorted. `day` is what spot prices are dated."""
        wanted = list(queries)
        prices: dict[tuple[str, str, str, Decimal], Price] = {}
        for region in regions:
            for query in wanted:
                self.tell(f"{region} {query.label}")
                for price in self._listed(query, region):
                    prices[price.service, price.item, price.region, price.start] = price
            self.tell(f"{region} spot")
            for price in self._spot(region, day):
                prices[price.service, price.item, price.region, price.start] = price
        return sorted(prices.values())

    def _listed(self, query: Query, region: str) -> Iterator[Price]:
        filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
        filters += [{"Type": "TERM_MATCH", "Field": key, "Value": value} for key, value in query.filters.items()]
        request = {"ServiceCode": query.code, "FormatVersion": "aws_v1", "Filters": filters, "MaxResults": 100}
        pages = self._pages(f"{region}-{query.label}", self.pricing.get_products, request, "PriceList")
        for text in pages:
            yield from read_product(text, query, region)

    def _spot(self, region: str, day: str) -> Iterator[Price]:
        client = self.ec2(region)
        request = {
            "ProductDescriptions": ["Linux/UNIX"],
            "StartTime": f"{day}T00:00:00Z",
            "EndTime": f"{day}T00:00:00Z",
        }
        zones: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for entry in self._pages(f"{region}-spot", client.describe_spot_price_history, request, "SpotPriceHistory"):
            zones[entry["InstanceType"]][entry["AvailabilityZone"]] = Decimal(entry["SpotPrice"])
        for kind, found in sorted(zones.items()):
            # Which zone a machine starts in is not known: the mean of the region's zones stands for it.
            mean = (sum(found.values(), Decimal(0)) / len(found)).quantize(Decimal("0.0001"))
            yield Price("AmazonEC2", f"spot {kind}", region, Decimal(0), "hour", mean, SPOT_SOURCE, day, 3)

    def _pages(self, label: str, call: Callable[..., Any], request: Mapping[str, Any], key: str) -> list[Any]:
        file = self.folder / f"{label}.json"
        state = _read_state(file)
        while not state["done"]:
            token = {"NextToken": state["token"]} if state["token"] else {}
            try:
                answer = self._ask(call, {**request, **token})
            except ClientError as error:
                if error.response["Error"]["Code"] not in _STALE_TOKEN or not token:
                    raise
                state = {"done": False, "token": None, "items": []}
                continue
            state["items"] += [_kept(item) for item in answer[key]]
            state["token"] = answer.get("NextToken") or None
            state["done"] = state["token"] is None
            _write_state(file, state)
        items: list[Any] = state["items"]
        return items

    def _ask(self, call: Callable[..., Any], request: Mapping[str, Any]) -> Any:
        for attempt in range(_ATTEMPTS):
            try:
                return call(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _PASSING or attempt == _ATTEMPTS - 1:
                    raise
            except BotoCoreError:
                if attempt == _ATTEMPTS - 1:
                    raise
            self.wait(min(2.0**attempt, 20.0))
        raise AssertionError("the last attempt returns or raises")


def read_product(text: str, query: Query, region: str) -> Iterator[Price]:
    """The on-demand prices of one entry of a price list, one for each tier."""
    entry = json.loads(text)
    name = query.name(entry["product"].get("attributes", {}))
    if name is None:
        return
    day = str(entry.get("publicationDate", ""))[:10]
    for term in entry.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            amount = dimension["pricePerUnit"].get("USD")
            if amount is not None:
                yield _price(name, region, Decimal(dimension.get("beginRange") or 0), Decimal(amount), day)


def _price(name: Name, region: str, start: Decimal, amount: Decimal, day: str) -> Price:
    # Tiers are told in AWS's unit, so they are divided by what the price is multiplied by.
    start = (start / name.factor).normalize() if name.factor != 1 else start
    return Price(name.service, name.item, region, start, name.unit, (amount * name.factor).normalize(), SOURCE, day, 3)


def merge(catalogue: Catalogue, prices: Iterable[Price]) -> list[Price]:
    """`catalogue` with `prices` in place of what it had for the same items, sorted. Free first tiers of 0 stay out."""
    fresh: dict[tuple[str, str, str], list[Price]] = defaultdict(list)
    for price in prices:
        if price.amount:
            fresh[price.service, price.item, price.region].append(price)
    kept = [p for p in catalogue.search("") if (p.service, p.item, p.region) not in fresh]
    return sorted(kept + [price for found in fresh.values() for price in found])


def write_catalogue(folder: Path, prices: Iterable[Price], instances: str) -> None:
    """Write the three files of a catalogue; `instances` is the text of the third, which a refresh does not change."""
    rows = sorted(prices)
    sources = {source: str(number) for number, source in enumerate(sorted({price.source for price in rows}))}
    table = [
        [p.service, p.item, p.unit, p.region, f"{p.start:f}", f"{p.amount:f}", sources[p.source], p.as_of, str(p.trust)]
        for p in rows
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prices.csv").write_text(_csv([list(COLUMNS), *table]), encoding="utf-8")
    listed = [[number, source] for source, number in sources.items()]
    (folder / "sources.csv").write_text(_csv([["id", "source"], *listed]), encoding="utf-8")
    (folder / "instances.csv").write_text(instances, encoding="utf-8")


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _kept(item: Any) -> Any:
    """What is kept of an answer: a price list entry as it came, of a spot price what can be written as JSON."""
    if isinstance(item, str):
        return item
    return {key: item[key] for key in ("InstanceType", "AvailabilityZone", "SpotPrice")}


def _read_state(file: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {"done": False, "token": None, "items": []}
    except (OSError, json.JSONDecodeError) as error:
        raise InputError.of(f"cannot be read ({error}); delete it to ask AWS again", file=file) from error
    return state


def _write_state(file: Path, state: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(state), encoding="utf-8")
    part.replace(file)
