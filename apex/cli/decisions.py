"""The decision log as commands write it: who decided what, on which commit and plan."""

import datetime
import getpass
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from apex import git
from apex.pricing.budgets import Verdict
from apex.pricing.document import amount_text, money
from apex.pricing.estimate import Bill
from apex.report.audit import Decision, append, verify
from apex.report.findings import Judgement

VARIABLE = "APEX_DECISION_LOG"
"""Environment variable: the log to append to, where no option names one."""

decision_log_option = click.option(
    "--decision-log",
    "log",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=VARIABLE,
    show_envvar=True,
    help="Append the decision to this log.",
)


def require_sound(log: Path | None) -> None:
    """Refuse to begin a run whose decision could not be added to `log`, as that is broken. Raises InputError."""
    if log and log.exists():
        verify(log)


def record(
    log: Path, judgement: Judgement, files: Iterable[Path], environment: str, cost: Mapping[str, Any], folder: Path
) -> None:
    """Append what was decided on `files` in the checkout of `folder`."""
    decision = Decision(
        time=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        actor=_actor(),
        commit=git.head(folder) or "",
        uncommitted=not git.is_clean(folder),
        environment=environment,
        plan_digest=digest_of(files),
        judgement=judgement,
        cost=cost,
    )
    append(log, decision)


def digest_of(files: Iterable[Path]) -> str:
    """One digest of the content of `files`; folders stand for what is in them. "" where there is no file."""
    digest, found = hashlib.sha256(), False
    for path in files:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found = True
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"sha256:{digest.hexdigest()}" if found else ""


def cost_verdict(bill: Bill, deployed: Bill | None, verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """What a decision says of money."""
    added = None if deployed is None else bill.monthly.expected - deployed.monthly.expected
    return {
        "currency": bill.currency,
        "catalogueDate": bill.catalogue_date.isoformat(),
        "complete": bill.complete,
        "monthly": money(bill.monthly),
        "added": None if added is None else amount_text(added),
        "budgets": [
            {
                "name": verdict.budget.name,
                "state": verdict.state,
                "blocked": verdict.blocked,
                "limit": amount_text(verdict.limit),
                "expected": amount_text(verdict.spend.expected),
            }
            for verdict in verdicts
        ],
    }


def _actor() -> str:
    """Who runs this: the account of the CI's trigger, else the machine's user, by number where it has no name."""
    if actor := os.environ.get("GITHUB_ACTOR"):
        return actor
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"
