"""What MSK supports, as data: versions of Kafka, the brokers that run them, and their end of support.

Dates: https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html. A version without one has
none published. MSK upgrades a cluster whose version has ended, at a time of its own choosing and without notice.
"""

from dataclasses import dataclass
from datetime import date

DEFAULT_VERSION = "3.9.x"
_KRAFT = ".kraft"


@dataclass(frozen=True, slots=True)
class KafkaVersion:
    """A version as MSK names it."""

    version: str
    supported_until: date | None = None
    express: bool = False


VERSIONS = {
    row.version: row
    for row in (
        KafkaVersion("3.4.0", date(2025, 8, 4)),
        KafkaVersion("3.5.1", date(2025, 10, 23)),
        KafkaVersion("3.6.0", express=True),
        KafkaVersion("3.7.x"),
        KafkaVersion("3.7.x.kraft"),
        KafkaVersion("3.8.x", express=True),
        KafkaVersion("3.8.x.kraft"),
        KafkaVersion("3.9.x", express=True),
        KafkaVersion("3.9.x.kraft", express=True),
        KafkaVersion("4.0.x.kraft"),
        KafkaVersion("4.1.x.kraft"),
    )
}


def problem_with_version(version: str, *, express: bool, today: date) -> str | None:
    """Why brokers of `version` cannot be had on the day `today`; None when they can."""
    row = VERSIONS.get(version)
    offered = [
        other.version
        for other in VERSIONS.values()
        if (other.express or not express) and (other.supported_until is None or other.supported_until >= today)
    ]
    fix = f"use {', '.join(offered)}"
    if row is None or (express and not row.express):
        return f'"{version}" is not offered for {"express" if express else "standard"} brokers; {fix}'
    if row.supported_until is not None and row.supported_until < today:
        return f'"{version}" left support on {row.supported_until}, MSK upgrades it without notice; {fix}'
    return None


def problem_with_upgrade(running: str, wanted: str) -> str | None:
    """Why a cluster that runs `running` cannot be brought to `wanted` in place; None when it can."""
    if running == wanted:
        return None
    if _order(wanted) < _order(running):
        return f'"{wanted}" is older than "{running}", and MSK takes no cluster back; use {running} or newer'
    if running.endswith(_KRAFT) != wanted.endswith(_KRAFT):
        return (
            f'"{wanted}" keeps its metadata elsewhere than "{running}", and MSK converts no cluster in place; '
            "make another cluster beside it and mirror the topics"
        )
    return None


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removesuffix(_KRAFT).split(".")[:2])
