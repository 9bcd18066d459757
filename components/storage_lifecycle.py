"""When the objects of a data class move to colder storage or go, and whether moving them pays."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from components.nested_arguments import NestedArguments

HORIZON_DAYS = 1095
"""How long an object that never expires is taken to stay, when a transition is judged: three years."""

_NAME, _NAME_RULE = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "a name of letters, digits, '-', '_' and '.'"
_DAYS_A_MONTH = Decimal(365) / 12
_KIB_A_GIB = Decimal(1024 * 1024)
_SMALLEST_KIB = Decimal(128)


@dataclass(frozen=True, slots=True)
class StorageClass:
    """A class of S3 storage: what it costs in us-east-1, in USD, and what it bills at least.

    The ratios that decide whether a move pays are nearly the same in all regions
    (https://aws.amazon.com/s3/pricing/, read 2025-07).
    """

    name: str
    argument: str
    gib_month: Decimal
    move_thousand: Decimal = Decimal(0)
    watch_thousand_month: Decimal = Decimal(0)
    billed_kib_at_least: Decimal = Decimal(0)
    overhead_kib: Decimal = Decimal(0)
    overhead_standard_kib: Decimal = Decimal(0)
    billed_days_at_least: int = 0
    earliest_day: int = 0


STANDARD = StorageClass("STANDARD", "", Decimal("0.023"))
_CLASSES = (
    StorageClass(
        "STANDARD_IA",
        "infrequent_access_after_days",
        Decimal("0.0125"),
        Decimal("0.01"),
        billed_kib_at_least=_SMALLEST_KIB,
        billed_days_at_least=30,
        earliest_day=30,
    ),
    # Taken as not read at all, which is the best case for it: infrequent after 30 days, archive instant after 90.
    StorageClass(
        "INTELLIGENT_TIERING",
        "intelligent_tiering_after_days",
        Decimal("0.0125"),
        Decimal("0.01"),
        watch_thousand_month=Decimal("0.0025"),
    ),
    StorageClass(
        "GLACIER_IR",
        "glacier_instant_after_days",
        Decimal("0.004"),
        Decimal("0.02"),
        billed_kib_at_least=_SMALLEST_KIB,
        billed_days_at_least=90,
    ),
    StorageClass(
        "GLACIER",
        "glacier_flexible_after_days",
        Decimal("0.0036"),
        Decimal("0.03"),
        overhead_kib=Decimal(32),
        overhead_standard_kib=Decimal(8),
        billed_days_at_least=90,
    ),
    StorageClass(
        "DEEP_ARCHIVE",
        "deep_archive_after_days",
        Decimal("0.00099"),
        Decimal("0.05"),
        overhead_kib=Decimal(32),
        overhead_standard_kib=Decimal(8),
        billed_days_at_least=180,
    ),
)
"""From warm to cold: S3 moves objects down this list only."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What happens to the objects under a prefix, with age."""

    name: str
    prefix: str
    object_size_kib: Decimal
    moves: tuple[tuple[int, StorageClass], ...] = ()
    expire_after_days: int | None = None

    def rule(self) -> dict[str, Any]:
        """The rule as the S3 lifecycle configuration has it."""
        rule: dict[str, Any] = {"id": self.name, "status": "Enabled", "filter": {"prefix": self.prefix}}
        if self.moves:
            rule["transitions"] = [{"days": days, "storage_class": to.name} for days, to in self.moves]
        if self.expire_after_days is not None:
            rule["expiration"] = {"days": self.expire_after_days}
        return rule


@dataclass(frozen=True, slots=True)
class Move:
    """What a transition of a thousand objects costs, and what staying would have cost, over the same days."""

    days: int
    staying: Decimal
    storing: Decimal
    moving: Decimal

    @property
    def loss(self) -> Decimal:
        """How much more moving costs; negative where it pays."""
        return self.storing + self.moving - self.staying


def judge_move(size_kib: Decimal, days: int, source: StorageClass, target: StorageClass) -> Move:
    """What it costs to keep a thousand objects of `size_kib` in `target` for `days` instead of leaving them."""
    return Move(
        days=days,
        staying=_storage(size_kib, days, source),
        storing=_storage(size_kib, max(days, target.billed_days_at_least), target),
        moving=target.move_thousand,
    )


def read_lifecycle(check: NestedArguments, default_prefix: str | None = None) -> Lifecycle:
    """The lifecycle that a data class asks for; a step that S3 would refuse or that loses money is refused."""
    name = check.text("name", _NAME, _NAME_RULE)
    prefix = check.text(
        "prefix", r"(?!/)[^\x00-\x1f]{0,500}", 'a key prefix such as "frames/"', default_prefix or f"{name}/"
    )
    size = Decimal(str(check.number("average_object_size_kib", 1024, least=0.001, most=5 * 1024**3)))
    moves = tuple(
        (days, to) for to in _CLASSES if (days := check.optional_whole(to.argument, least=0, most=36_500)) is not None
    )
    expiry = check.optional_whole("expire_after_days", least=1, most=36_500)
    lifecycle = Lifecycle(name, prefix, size, moves, expiry)
    _check_order(check, lifecycle)
    _check_money(check, lifecycle)
    return lifecycle


def read_retentions(items: Sequence[NestedArguments], classes: Sequence[Lifecycle]) -> tuple[Lifecycle, ...]:
    """The rules that delete what is under a prefix; what `classes` would delete earlier cannot be kept longer.

    S3 takes a rule inside the prefix of another, and where two would delete an object the earlier one does.
    """
    found: list[Lifecycle] = []
    for item in items:
        name = item.text("name", _NAME, _NAME_RULE)
        prefix = item.text("prefix", r"(?!/)[^\x00-\x1f]{1,499}/", 'a key prefix such as "speech/transcripts/"')
        if not item.has("expire_after_days"):
            item.refuse("expire_after_days", "is missing; write for how many days the objects are kept")
        days = item.whole("expire_after_days", 1, least=1, most=36_500)
        for other in (*classes, *found):
            if other.name == name:
                item.refuse("name", f'"{name}" is there twice; give each rule a name of its own')
            shares = prefix.startswith(other.prefix) or other.prefix.startswith(prefix)
            if shares and other in found:
                item.refuse("prefix", f'"{prefix}" overlaps "{other.prefix}" of "{other.name}"; keep each prefix once')
            elif shares and other.expire_after_days is not None and other.expire_after_days < days:
                item.refuse(
                    "expire_after_days",
                    f'{days} cannot be kept: "{other.name}" deletes "{other.prefix}" after {other.expire_after_days} '
                    "days; keep these objects in another tier, or shorten this",
                )
        found.append(Lifecycle(name, prefix, Decimal(1), expire_after_days=days))
    return tuple(found)


def _check_order(check: NestedArguments, lifecycle: Lifecycle) -> None:
    earlier: tuple[int, StorageClass] | None = None
    for days, to in lifecycle.moves:
        if days < to.earliest_day:
            check.refuse(to.argument, f"{days} is too early; S3 moves no object to {to.name} before {to.earliest_day}")
        if earlier and days <= earlier[0]:
            check.refuse(
                to.argument, f"{days} is not after {earlier[1].argument} ({earlier[0]}); colder storage comes later"
            )
        if earlier and earlier[1].name == "STANDARD_IA" and days < earlier[0] + 30:
            check.refuse(to.argument, f"{days} leaves objects under 30 days in STANDARD_IA; use {earlier[0] + 30}")
        earlier = (days, to)
    if earlier and lifecycle.expire_after_days is not None and lifecycle.expire_after_days <= earlier[0]:
        check.refuse(
            "expire_after_days",
            f"{lifecycle.expire_after_days} is not after {earlier[1].argument} ({earlier[0]}); "
            "objects cannot go before they move",
        )


def _check_money(check: NestedArguments, lifecycle: Lifecycle) -> None:
    source = STANDARD
    for index, (start, target) in enumerate(lifecycle.moves):
        later = lifecycle.moves[index + 1 :]
        end = later[0][0] if later else lifecycle.expire_after_days
        days = HORIZON_DAYS if end is None else max(0, end - start)
        move = judge_move(lifecycle.object_size_kib, days, source, target)
        if move.loss > 0:
            check.refuse(
                target.argument,
                f"{start} loses {_usd(move.loss)} USD per 1,000 objects of "
                f"{lifecycle.object_size_kib.normalize():f} KiB: "
                f"{_usd(move.staying)} to leave them in {source.name} for {days} days, against {_usd(move.moving)} to "
                f"move and {_usd(move.storing)} to store them in {target.name}; leave this transition out, or pack the "
                "objects into larger ones",
            )
        source = target


def _storage(size_kib: Decimal, days: int, storage: StorageClass) -> Decimal:
    months = Decimal(days) / _DAYS_A_MONTH
    if storage.name == "INTELLIGENT_TIERING":
        return _intelligent(size_kib, Decimal(days), storage)
    kib = max(size_kib, storage.billed_kib_at_least) + storage.overhead_kib
    usd = kib * storage.gib_month + storage.overhead_standard_kib * STANDARD.gib_month
    return 1000 * usd / _KIB_A_GIB * months


def _intelligent(size_kib: Decimal, days: Decimal, storage: StorageClass) -> Decimal:
    gib = 1000 * size_kib / _KIB_A_GIB
    if size_kib < _SMALLEST_KIB:  # never moved between its tiers, and not watched
        return gib * STANDARD.gib_month * days / _DAYS_A_MONTH
    frequent, infrequent = min(days, Decimal(30)), max(Decimal(0), min(days, Decimal(90)) - 30)
    archived = max(Decimal(0), days - 90)
    stored = frequent * STANDARD.gib_month + infrequent * storage.gib_month + archived * Decimal("0.004")
    return (gib * stored + days * storage.watch_thousand_month) / _DAYS_A_MONTH


def _usd(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}"
