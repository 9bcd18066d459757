"""S3 storage by class, requests, retrieval, monitoring, transitions and replication.

Rules: https://aws.amazon.com/s3/pricing/. Objects in Standard-IA, One Zone-IA and Glacier Instant Retrieval are
billed as at least 128 KB; Intelligent-Tiering monitors objects of 128 KB and more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from apex.pricing.lines import Line
from apex.pricing.quantity import ZERO, Quantity

SERVICE = "AmazonS3"
_RETRIEVED = frozenset(
    {"Standard-IA", "One Zone-IA", "Glacier Instant Retrieval", "Glacier Flexible Retrieval", "Glacier Deep Archive"}
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket whose bytes are spread over storage classes.

    `shares` is the part of the bytes in each class; they sum to 1. `transitions` is the part of each month's objects
    that a lifecycle rule moves into a class.
    """

    region: str
    storage_gb: Quantity
    put_requests: Quantity
    get_requests: Quantity
    shares: Mapping[str, Decimal] = field(default_factory=lambda: {"Standard": Decimal(1)})
    transitions: tuple[str, ...] = ()
    average_object_kb: Quantity = field(default_factory=lambda: Quantity.of(1024))
    retrieval_gb: Quantity = ZERO
    assumption: str = ""

    def lines(self) -> Iterable[Line]:
        """Storage by class, then requests, then what each class adds."""
        for name, share in self.shares.items():
            item = "Intelligent-Tiering frequent access storage" if name == "Intelligent-Tiering" else f"{name} storage"
            yield self._line(f"{name} storage", item, self.storage_gb.times(share), self.assumption)
        yield self._line("PUT, COPY, POST, LIST requests", "Standard PUT requests", _thousands(self.put_requests))
        yield self._line("GET and other requests", "Standard GET requests", _thousands(self.get_requests))
        for name in self.transitions:
            yield self._line(f"transitions to {name}", f"{name} transition", _thousands(self.put_requests))
        if "Intelligent-Tiering" in self.shares:
            objects = self._objects().times(self.shares["Intelligent-Tiering"])
            yield self._line("Intelligent-Tiering monitoring", "Intelligent-Tiering monitoring", _thousands(objects))
        for name in self.shares:
            if name in _RETRIEVED:
                quantity = self.retrieval_gb.times(self.shares[name])
                yield self._line(f"{name} retrieval", f"{name} retrieval", quantity)

    def _objects(self) -> Quantity:
        kb, stored = self.average_object_kb, self.storage_gb
        scale = Decimal(1024 * 1024)
        return Quantity(stored.low * scale / kb.peak, stored.expected * scale / kb.expected,
                        stored.peak * scale / kb.low, kb.assumption)  # fmt: skip

    def _line(self, name: str, item: str, quantity: Quantity, assumption: str = "") -> Line:
        return Line(name, SERVICE, item, self.region, quantity, assumption=assumption)


@dataclass(frozen=True, slots=True)
class Replication:
    """Copies of new objects to another bucket: transfer between regions, a PUT an object, time control if asked for."""

    source_region: str
    replicated_gb: Quantity
    put_requests: Quantity
    between_regions: bool
    time_control: bool = False

    def lines(self) -> Iterable[Line]:
        """Transfer and requests; the copy's storage belongs to the target bucket."""
        region = self.source_region
        yield Line("replication PUT requests", SERVICE, "Standard PUT requests", region, _thousands(self.put_requests))
        if self.between_regions:
            yield Line("replication transfer", "AWSDataTransfer", "inter-region", region, self.replicated_gb)
        if self.time_control:
            yield Line("replication time control", SERVICE, "replication time control", region, self.replicated_gb)


def _thousands(count: Quantity) -> Quantity:
    return count.times(Decimal("0.001"))
