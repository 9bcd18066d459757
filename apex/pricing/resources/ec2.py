"""EC2 machines and EBS volumes.

Rules: https://aws.amazon.com/ec2/pricing/on-demand/ (per hour of a running machine),
https://aws.amazon.com/ebs/pricing/ (gp3 includes 3,000 IOPS and 125 MiB/s; io1 and io2 bill every IOPS).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apex.pricing.lines import Line
from apex.pricing.quantity import ONE, ZERO, Quantity

GP3_IOPS = Decimal(3000)
GP3_THROUGHPUT = Decimal(125)


@dataclass(frozen=True, slots=True)
class Volume:
    """`count` volumes of one shape. `share` is the part of the month they exist."""

    region: str
    kind: str
    size_gb: Decimal
    iops: Decimal = Decimal(0)
    throughput: Decimal = Decimal(0)
    count: Quantity = ONE
    requests_millions: Quantity = ZERO
    label: str = "volume"

    def lines(self) -> Iterable[Line]:
        """Storage, and what is provisioned above what the type includes."""
        yield self._line(f"{self.label} storage ({self.kind})", f"{self.kind} storage", self.size_gb)
        if self.kind == "gp3":
            yield self._line(f"{self.label} IOPS above 3,000", "gp3 iops", max(self.iops - GP3_IOPS, Decimal(0)))
            extra = max(self.throughput - GP3_THROUGHPUT, Decimal(0))
            yield self._line(f"{self.label} throughput above 125 MiB/s", "gp3 throughput", extra)
        elif self.kind == "io1":
            yield self._line(f"{self.label} provisioned IOPS", "io1 iops", self.iops)
        elif self.kind == "io2":
            yield from self._io2()
        elif self.kind == "standard":
            quantity = self.requests_millions.times(self.count)
            yield Line(f"{self.label} I/O requests", "AmazonEBS", "standard I/O", self.region, quantity)

    def _io2(self) -> Iterable[Line]:
        # The tiers of io2 are a volume's, not an account's: they are cut here, before the count multiplies them.
        yield Line(
            f"{self.label} provisioned IOPS",
            "AmazonEBS",
            "io2 iops",
            self.region,
            Quantity.of(self.iops),
            copies=self.count,
        )

    def _line(self, name: str, item: str, amount: Decimal) -> Line:
        return Line(name, "AmazonEBS", item, self.region, self.count.times(amount))


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines of one type: `hours` are instance-hours a month, part of them spot or under a commitment."""

    region: str
    instance_type: str
    hours: Quantity
    spot_share: Decimal = Decimal(0)
    spot_discount: Decimal = Decimal("0.5")
    committed_share: Decimal = Decimal(0)
    committed_discount: Decimal = Decimal(0)
    label: str = "instances"

    def lines(self) -> Iterable[Line]:
        """On-demand, committed and spot hours."""
        on_demand = 1 - self.spot_share
        committed = on_demand * self.committed_share
        yield self._line("on-demand", on_demand - committed)
        if committed:
            off = f"commitment covers {self.committed_share:.0%} at {self.committed_discount:.0%} off"
            yield self._line("Savings Plan", committed, factor=1 - self.committed_discount, assumption=off)
        if self.spot_share:
            yield self._spot()

    def _spot(self) -> Line:
        return Line(
            f"{self.label} ({self.instance_type}, spot)", "AmazonEC2", f"spot {self.instance_type}", self.region,
            self.hours.times(self.spot_share), assumption="spot price seen on the day named; it moves",
            fallback=self.instance_type, fallback_factor=1 - self.spot_discount,
            fallback_assumption=f"no spot price is known: {self.spot_discount:.0%} off on-demand is assumed",
        )  # fmt: skip

    def _line(self, how: str, share: Decimal, factor: Decimal = Decimal(1), assumption: str = "") -> Line:
        name = f"{self.label} ({self.instance_type}, {how})"
        hours = self.hours.times(share) if share != 1 else self.hours
        return Line(name, "AmazonEC2", self.instance_type, self.region, hours, factor=factor, assumption=assumption)


@dataclass(frozen=True, slots=True)
class Pool:
    """Machines with their volumes: an instance, an autoscaling group, a node group."""

    parts: tuple[Machines | Volume, ...]

    def lines(self) -> Iterable[Line]:
        """The lines of every part."""
        for part in self.parts:
            yield from part.lines()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot of a volume."""

    region: str
    size_gb: Quantity

    def lines(self) -> Iterable[Line]:
        """Stored blocks."""
        yield Line("snapshot storage", "AmazonEBS", "snapshot storage", self.region, self.size_gb)
