"""How many machines a group has on average when schedules change its size through the week."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_DAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Change:
    """At each time that `recurrence` (five cron fields) names, the group is set to `size` machines."""

    recurrence: str
    size: Decimal
    time_zone: str = "UTC"


def share_of_time_up(changes: Iterable[Change]) -> Decimal | None:
    """The average number of machines over a week; None where a recurrence is no cron expression.

    Months and days of the month are read as "every": a schedule is taken to recur weekly. A time zone moves every
    change alike, so the average does not depend on it.
    """
    events: dict[int, Decimal] = {}
    for change in changes:
        moments = _moments(change.recurrence)
        if moments is None:
            return None
        events.update(dict.fromkeys(moments, change.size))
    if not events:
        return None
    times = sorted(events)
    weighted = Decimal(0)
    for number, time in enumerate(times):
        until = times[number + 1] if number + 1 < len(times) else times[0] + _MINUTES
        weighted += events[time] * (until - time)
    return weighted / _MINUTES


def _moments(recurrence: str) -> list[int] | None:
    fields = recurrence.split()
    if len(fields) != 5:
        return None
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    days = _values(fields[4].lower(), 0, 7)
    if minutes is None or hours is None or days is None:
        return None
    return sorted({(day % 7) * 1440 + hour * 60 + minute for day in days for hour in hours for minute in minutes})


def _values(text: str, least: int, most: int) -> list[int] | None:
    found: list[int] = []
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            start = least if first == "*" else _number(first)
            end = most if first == "*" or (step and not last) else _number(last) if last else start
            found.extend(range(start, end + 1, int(step) if step else 1))
        except ValueError:
            return None
    return found if found and all(least <= value <= most for value in found) else None


def _number(text: str) -> int:
    return _DAYS[text[:3]] if text[:3] in _DAYS else int(text)
