"""Drive the Pulumi engine once and keep all it says: its plan, its policy events, its errors.

The engine's command line is used and not the Automation API, because only the command gives the JSON plan and the
event log in one run (`docs/decisions/0003-one-engine-run.md`).
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apex.engine.combined import combine_packs
from apex.engine.workspace import Workspace
from apex.errors import InputError
from apex.plan import Plan, decode, parse_plan
from apex.policy.remediation import changes
from apex.pricing.deployed import BASELINE
from apex.report.preview import PolicyEvent

_DEBUG_COMMANDS = {"PULUMI_DEBUG_COMMANDS": "1", "PULUMI_SKIP_UPDATE_CHECK": "1"}
"""The engine offers `--event-log` only with its debugging commands switched on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run. `errors` are the engine's, the program's and the providers', in the order they came."""

    succeeded: bool
    policy_events: tuple[PolicyEvent, ...]
    errors: tuple[str, ...]
    changes: dict[str, int]

    @property
    def refusals(self) -> tuple[PolicyEvent, ...]:
        """The events that block."""
        return tuple(event for event in self.policy_events if event.level == "mandatory")

    @property
    def status(self) -> int:
        """The exit status: 0 allowed or done, 1 refused by a policy, 2 anything that has to be mended first."""
        if self.succeeded:
            return 0
        return 1 if self.refusals and not self.errors else 2


def keep_baseline(workspace: Workspace) -> Path | None:
    """Keep the deployed state at `workspace.baseline_file`, with its secrets encrypted as the engine keeps them.

    None, and no file, where it cannot be had: the rules that use one are strict then.
    """
    workspace.output.mkdir(parents=True, exist_ok=True)
    file = workspace.baseline_file
    file.unlink(missing_ok=True)
    words = ["pulumi", "-C", str(workspace.project), "stack", "export", "--stack", workspace.environment]
    done = _called([*words, "--non-interactive"], capture=True)
    if done.returncode:
        return None
    _write(file, done.stdout, mode=0o600)
    return file


def preview(workspace: Workspace, baseline: Path | None = None) -> tuple[Plan | None, Outcome]:
    """Plan the environment with every policy pack; the JSON plan is left at `workspace.plan_file`.

    `baseline` is the deployed state, for rules on what a change adds (see `keep_baseline`). The plan is None where the
    program failed before it could be made; the outcome then says why.
    """
    done, events = _pulumi(workspace, "preview", ["--json", "--show-sames", "--diff"], capture=True, baseline=baseline)
    outcome = _outcome(done.returncode, events)
    text = done.stdout[done.stdout.find("{") :] if "{" in done.stdout else ""
    if '"steps": [' not in text:
        # A pack or the program ended before there was a plan: what it said last is all that tells why.
        said = _last_words(events) + done.stderr.strip()
        return None, outcome if outcome.errors or outcome.refusals else replace(outcome, errors=(said,))
    plan = parse_plan(text, workspace.plan_file)
    _write(workspace.plan_file, text)
    return plan, outcome


def up(workspace: Workspace) -> Outcome:
    """Deploy the environment; the engine's own output is shown as it comes."""
    done, events = _pulumi(workspace, "up", ["--yes"], capture=False, baseline=keep_baseline(workspace))
    return _outcome(done.returncode, events)


def destroy(workspace: Workspace) -> Outcome:
    """Take down everything of the environment; the engine's own output is shown as it comes."""
    done, events = _pulumi(workspace, "destroy", ["--yes"], capture=False)
    return _outcome(done.returncode, events)


def _pulumi(
    workspace: Workspace, command: str, options: Sequence[str], *, capture: bool, baseline: Path | None = None
) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    workspace.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=workspace.output) as scratch:
        log = Path(scratch, "events.json")
        words = ["pulumi", "-C", str(workspace.project), command, "--stack", workspace.environment, "--non-interactive"]
        words += [*options, "--event-log", str(log)]
        if command != "destroy":
            words += _pack_options(workspace, Path(scratch))
        done = _called(words, capture=capture, baseline=baseline)
        events = list(_read_events(log))
        if done.returncode and not events and capture:
            raise InputError.of(
                (done.stderr or done.stdout).strip() or f"ended with status {done.returncode}", field="pulumi"
            )
        return done, events


def _called(words: Sequence[str], *, capture: bool, baseline: Path | None = None) -> subprocess.CompletedProcess[str]:
    # A baseline of the caller's own would let through what adds to the deployed state.
    variables = {key: value for key, value in os.environ.items() if key != BASELINE} | _DEBUG_COMMANDS
    if baseline:
        variables[BASELINE] = str(baseline)
    try:
        return subprocess.run(
            words, env=variables, capture_output=capture, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError as error:
        message = "is not installed; run `make setup`, or see https://www.pulumi.com/docs/install/"
        raise InputError.of(message, field="pulumi") from error


def _pack_options(workspace: Workspace, scratch: Path) -> list[str]:
    nothing = scratch / "no-config.json"
    nothing.write_text("{}", encoding="utf-8")
    packs = combine_packs([(pack, workspace.pack_config(pack)) for pack in workspace.packs], scratch / "packs")
    words = []
    for pack, config in packs:
        words += ["--policy-pack", str(pack), "--policy-pack-config", str(config or nothing)]
    return words


def _read_events(log: Path) -> Iterator[dict[str, Any]]:
    if not log.is_file():
        return
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                return  # the engine was stopped while it wrote its last line


def _outcome(status: int, events: Sequence[dict[str, Any]]) -> Outcome:
    policy: set[PolicyEvent] = set()
    errors: dict[str, None] = {}
    changes: dict[str, int] = {}
    for event in events:
        if said := event.get("policyEvent"):
            policy.add(_policy_event(said))
        elif said := event.get("policyRemediationEvent"):
            policy.add(_repair_event(said))
        elif (said := event.get("diagnosticEvent")) and said.get("severity") == "error":
            if text := _mended(said):
                errors[text] = None
        elif said := event.get("summaryEvent"):
            changes = {op: int(count) for op, count in sorted((said.get("resourceChanges") or {}).items())}
    return Outcome(status == 0, tuple(sorted(policy)), tuple(errors), changes)


def _last_words(events: Iterable[Mapping[str, Any]]) -> str:
    """What was written to the error stream of the program or of a pack."""
    told = (event.get("diagnosticEvent") or {} for event in events)
    return "".join(str(said.get("message", "")) for said in told if said.get("severity") == "info#err")


def _policy_event(said: dict[str, Any]) -> PolicyEvent:
    return PolicyEvent(
        pack=said.get("policyPackName", ""),
        policy=said.get("policyName", ""),
        urn=said.get("resourceUrn", ""),
        level=said.get("enforcementLevel", ""),
        message=str(said.get("message", "")).strip(),
    )


def _repair_event(said: dict[str, Any]) -> PolicyEvent:
    """A repair, told like a finding: what a rule that is set to remediate has changed."""
    before, after = decode(said.get("before") or {}), decode(said.get("after") or {})
    return PolicyEvent(
        pack=said.get("policyPackName", ""),
        policy=said.get("policyName", ""),
        urn=said.get("resourceUrn", ""),
        level="remediate",
        message=f"repaired: {'; '.join(changes(before, after))}",
    )


def _mended(said: dict[str, Any]) -> str:
    """The text of an error, without the engine's own summary of what was already told."""
    text = str(said.get("message", "")).strip()
    if text in {"preview failed", "update failed", "resource violations"} or "BAIL: " in text:
        return ""
    urn = said.get("urn", "")
    return f"{urn}: {text}" if urn and not urn.split("::")[2].startswith("pulumi:pulumi:Stack") else text


def _write(file: Path, text: str, mode: int = 0o644) -> None:
    """Write the whole of `text` or nothing."""
    draft = file.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(file)
