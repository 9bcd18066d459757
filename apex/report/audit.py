"""An append-only log of decisions, each entry sealed with the hash of the one before it.

Whoever changes, removes or reorders an entry breaks the chain from there on. Cutting entries off the end is seen when
the last hash is known from elsewhere, such as a pull request's report: `verify` takes it.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apex.errors import InputError
from apex.report.findings import Judgement, finding_as_data

START = "0" * 64
"""What the first entry names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is recorded of a run: when, who, on which commit and plan, and what was decided.

    `uncommitted` says that files differed from the commit, so that it does not tell all.
    """

    time: str
    actor: str
    commit: str
    environment: str
    plan_digest: str
    judgement: Judgement
    cost: Mapping[str, Any]
    uncommitted: bool = False

    def as_data(self) -> dict[str, Any]:
        """The decision as JSON data."""
        return {
            "time": self.time,
            "actor": self.actor,
            "commit": self.commit,
            "uncommitted": self.uncommitted,
            "environment": self.environment,
            "planDigest": self.plan_digest,
            "allowed": self.judgement.status == 0,
            "findings": [finding_as_data(finding) for finding in self.judgement.findings],
            "errors": list(self.judgement.errors),
            "waivers": [waiver.name for waiver in self.judgement.waived.used],
            "cost": dict(self.cost),
        }


def append(log: Path, decision: Decision) -> str:
    """Add a decision to `log` and return its hash. Raises InputError where the log is broken already."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a+", encoding="utf-8") as file:
        # Two runs at once must not both follow the same entry.
        fcntl.flock(file, fcntl.LOCK_EX)
        last = verify(log)
        number = sum(1 for _ in _lines(log)) + 1
        body = {"number": number, "previous": last, "decision": decision.as_data()}
        seal = digest(body)
        file.write(_canonical({**body, "hash": seal}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return seal


def verify(log: Path, head: str = "") -> str:
    """The hash of the last entry of `log`. Raises InputError at the first entry that does not follow from the others.

    With `head`, the last entry must be that one, or come after it.
    """
    last, seen = START, {START}
    for number, (line, text) in enumerate(_lines(log), 1):
        last = _verified(text, log, line, number, last)
        seen.add(last)
    if head and head not in seen:
        raise InputError.of(f"does not hold the entry {head}: entries were cut off its end", file=log)
    return last


def digest(body: Mapping[str, Any]) -> str:
    """The hash of an entry without its own."""
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def _verified(text: str, log: Path, line: int, number: int, last: str) -> str:
    try:
        entry = json.loads(text)
        seal = entry.pop("hash")
        previous, counted = entry["previous"], entry["number"]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InputError.of("is not an entry of a decision log", file=log, line=line) from error
    if digest(entry) != seal:
        raise InputError.of(f"entry {number} was changed after it was written", file=log, line=line)
    if previous != last or counted != number:
        raise InputError.of(
            f"entry {number} does not follow the one before it: an entry was removed or moved", file=log, line=line
        )
    return str(seal)


def _lines(log: Path) -> Iterator[tuple[int, str]]:
    try:
        text = log.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", file=log) from error
    if text and not text.endswith("\n"):
        raise InputError.of("ends in the middle of an entry: something was cut off it", file=log)
    # Lines end at \n alone: JSON text may hold what Python also calls the end of a line.
    for line, content in enumerate(text.split("\n"), 1):
        if content.strip():
            yield line, content


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
