"""Build the price catalogue of the package from the price facts in data/prices/.

Run `python scripts/build_prices.py`. It writes apex/pricing/data/{prices,sources,instances}.csv and, for people,
data/prices/conflicts.csv: every fact that lost to another, and why. docs/decisions/0610-price-facts.md states the
rules. The output depends on the facts alone.
"""

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from price_names import NAMES

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "data" / "prices"
CATALOGUE = ROOT / "apex" / "pricing" / "data"

_TRUST = (
    # First match decides: 3 read by a machine from AWS's price list or bill, 2 published by AWS in prose or code,
    # 1 noted by hand, 0 where nobody vouches for the figure.
    (re.compile(r"repository not named|CHECK:|STALE:|dedicated"), 0),
    (re.compile(r"noted by hand|OfferingOverview|bedrock-pricing|cloudzero"), 1),
    (re.compile(r"awslabs|aws-samples|aws-solutions|cloudprice|aws\.amazon\.com|derived"), 2),
    (re.compile(r""), 3),
)
_MSK_SIZES = {"large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32}
_MSK_SIZES_M5 = {**_MSK_SIZES, "24xlarge": 48}


class Fact(NamedTuple):
    """A price under its catalogue name."""

    service: str
    item: str
    unit: str
    region: str
    start: Decimal
    amount: Decimal
    source: str
    as_of: str

    @property
    def key(self) -> tuple[str, str, str, str, Decimal]:
        """What must be unique in the catalogue."""
        return self.service, self.item, self.region, self.unit, self.start

    @property
    def trust(self) -> int:
        """How far the figure is believed."""
        return next(level for pattern, level in _TRUST if pattern.search(self.source))


def _read(name: str) -> Iterator[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_services() -> Iterator[Fact]:
    """The facts of services.csv that have a name in the catalogue."""
    names = [(name, re.compile(name.pattern)) for name in NAMES]
    by_service = defaultdict(list)
    for name, pattern in names:
        by_service[name.service].append((name, pattern))
    for row in _read("services.csv"):
        for name, pattern in by_service[row["service"]]:
            if match := pattern.fullmatch(row["item"]):
                amount = (Decimal(row["usd"]) * Decimal(name.factor)).normalize()
                yield Fact(name.to_service, match.expand(name.item), name.unit, row["region"],
                           Decimal(name.start), amount, row["source"], row["as_of"])  # fmt: skip


def read_published() -> Iterator[Fact]:
    """The facts of published.csv, which already have their catalogue names."""
    for row in _read("published.csv"):
        yield Fact(row["service"], row["item"], row["unit"], row["region"], Decimal(row["from"]),
                   Decimal(row["usd"]), row["source"], row["as_of"])  # fmt: skip


def read_instances() -> Iterator[Fact]:
    """On-demand and spot prices of EC2 instances."""
    for row in _read("ec2.csv"):
        kind, region, source = row["instance_type"], row["region"], row["source"]
        if row["on_demand_usd_per_hour"]:
            yield Fact("AmazonEC2", kind, "hour", region, Decimal(0), Decimal(row["on_demand_usd_per_hour"]),
                       source, row["as_of"])  # fmt: skip
        if row["spot_usd_per_hour"]:
            # The spot part of the source tells its own day where it has one.
            day = re.search(r"\d{4}-\d{2}-\d{2}", source.partition("spot:")[2])
            yield Fact("AmazonEC2", f"spot {kind}", "hour", region, Decimal(0), Decimal(row["spot_usd_per_hour"]),
                       source, day.group() if day else row["as_of"])  # fmt: skip


def derive_msk(facts: list[Fact]) -> Iterator[Fact]:
    """Broker sizes that no fact names: AWS prices a broker family in proportion to size (m5.24xlarge = 48 large)."""
    known = {(fact.item, fact.region) for fact in facts if fact.service == "AmazonMSK"}
    for fact in facts:
        match = re.fullmatch(r"((?:kafka|express)\.(m5|m7g))\.large", fact.item)
        if fact.service != "AmazonMSK" or not match:
            continue
        sizes = _MSK_SIZES_M5 if match[2] == "m5" else _MSK_SIZES
        for size, factor in sizes.items():
            item = f"{match[1]}.{size}"
            if (item, fact.region) not in known:
                source = f"derived: {factor} x {fact.item}, {fact.source}"
                yield fact._replace(item=item, amount=fact.amount * factor, source=source)


def exact_day(fact: Fact) -> Fact:
    """A fact dated by month, year or a guess gets the first day of that time: never taken for newer than it is."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", fact.as_of):
        return fact
    month = re.match(r"\d{4}-\d\d", fact.as_of)
    return fact._replace(as_of=f"{month.group()}-01" if month else f"{fact.as_of[:4]}-01-01")


def settle(facts: list[Fact]) -> tuple[list[Fact], list[tuple[Fact, Fact, str]]]:
    """One fact a key: the most trusted, then the newest, then the dearest. Those that lost, and why."""
    groups = defaultdict(list)
    for fact in facts:
        groups[fact.key].append(fact)
    kept, lost = [], []
    for key in sorted(groups):
        ranked = sorted(groups[key], key=lambda f: (f.trust, f.as_of, f.amount, f.source), reverse=True)
        kept.append(ranked[0])
        for other in ranked[1:]:
            if other.amount != ranked[0].amount:
                why = "less trusted" if other.trust < ranked[0].trust else "older"
                lost.append(
                    (
                        other,
                        ranked[0],
                        why if (other.trust, other.as_of) != (ranked[0].trust, ranked[0].as_of) else "cheaper",
                    )
                )
    return kept, lost  # fmt: skip


def _write(file: Path, header: list[str], rows: list[list[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Read the facts, settle them, write the catalogue."""
    facts = [exact_day(fact) for fact in (*read_services(), *read_published(), *read_instances())]
    kept, lost = settle(facts + list(derive_msk(facts)))
    sources = {source: number for number, source in enumerate(sorted({fact.source for fact in kept}))}
    CATALOGUE.mkdir(parents=True, exist_ok=True)
    _write(CATALOGUE / "sources.csv", ["id", "source"], [[number, source] for source, number in sources.items()])
    _write(
        CATALOGUE / "prices.csv",
        ["service", "item", "unit", "region", "from", "usd", "source", "as_of", "trust"],
        [
            [f.service, f.item, f.unit, f.region, f"{f.start:f}", f"{f.amount:f}", sources[f.source], f.as_of, f.trust]
            for f in kept
        ],
    )
    specs = {}
    for row in _read("ec2.csv"):
        if row["vcpus"] and row["memory_gib"]:
            specs[row["instance_type"]] = [row["vcpus"], row["memory_gib"], row["gpu_count"] or "0", row["gpu_name"]]
    _write(
        CATALOGUE / "instances.csv",
        ["type", "vcpus", "memory_gib", "gpus", "gpu"],
        [[kind, *specs[kind]] for kind in sorted(specs)],
    )
    _write(
        FACTS / "conflicts.csv",
        ["service", "item", "region", "from", "kept", "kept_source", "lost", "lost_source", "why"],
        [
            [a.service, a.item, a.region, f"{a.start:f}", f"{b.amount:f}", b.source, f"{a.amount:f}", a.source, why]
            for a, b, why in lost
        ],
    )
    low = sum(fact.trust == 0 for fact in kept)
    print(f"{len(facts)} facts, {len(kept)} prices, {len(lost)} conflicts settled, {low} of low trust")


if __name__ == "__main__":
    main()
