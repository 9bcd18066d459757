"""Objects that nobody can change or delete: for a time, or until a legal hold on them is lifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi

from components.nested_arguments import NestedArguments
from components.storage_lifecycle import Lifecycle


class LockMode(StrEnum):
    """Who may lift Object Lock."""

    GOVERNANCE = "GOVERNANCE"
    """Those with a special permission."""
    COMPLIANCE = "COMPLIANCE"
    """Nobody, not even the account's root, until the time is over."""


class ObjectLock(TypedDict):
    """Objects that cannot be changed or deleted. Give `retention_days`, `legal_hold_role_arns` or both."""

    retention_days: NotRequired[int]
    """For how long after it was written an object is kept. Default: for no time, a legal hold alone keeps it."""
    mode: NotRequired[LockMode]
    """Who may lift it. Default: those with the permission to (GOVERNANCE)."""
    legal_hold_role_arns: NotRequired[list[pulumi.Input[str]]]
    """Roles that may put a legal hold on an object and lift it, and nobody else, whatever their own policies say.
    Default: whoever has the permission."""


@dataclass(frozen=True, slots=True)
class LockPlan:
    """A lock as it is made. Days are 0 where only legal holds keep an object."""

    mode: LockMode
    days: int
    legal_hold_role_arns: tuple[pulumi.Input[str], ...] = ()


def read_lock(check: NestedArguments, lifecycles: Sequence[Lifecycle], *, force_destroy: bool) -> LockPlan | None:
    """The lock that `object_lock` asks for; None where it asks for none."""
    lock = check.item("object_lock")
    if lock is None:
        return None
    lock.allow_only(ObjectLock.__annotations__)
    mode = lock.choice("mode", LockMode, LockMode.GOVERNANCE)
    holders = tuple(lock.given("legal_hold_role_arns", ()))
    if not lock.has("retention_days") and not holders:
        lock.refuse("retention_days", "is missing; write for how many days objects are kept")
    if lock.has("mode") and not lock.has("retention_days"):
        lock.refuse("mode", f"{mode.value} is of a retention, and there is none; add retention_days or leave it out")
    days = lock.whole("retention_days", 0, least=1, most=36_500) if lock.has("retention_days") else 0
    for lifecycle in lifecycles:
        if lifecycle.expire_after_days is not None and lifecycle.expire_after_days < days:
            check.refuse(
                "data_classes",
                f'"{lifecycle.name}" expires after {lifecycle.expire_after_days} days, under the lock of {days}; '
                "let it expire later or shorten the lock",
            )
    if force_destroy:
        lock.refuse("mode", f"{mode.value} contradicts force_destroy; locked objects outlive the bucket's destruction")
    return LockPlan(mode, days, holders)
