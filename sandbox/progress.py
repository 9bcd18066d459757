"""Shows what set-up is doing while it does it."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.problem import SandboxError

_SECONDS_BETWEEN_LINES = 15.0
_LINES_OF_A_FAILURE = 25


def say(text: str) -> None:
    """One line about a step."""
    print(f"set-up: {text}", file=sys.stderr, flush=True)


def run(
    words: Sequence[str], label: str, *, cwd: Path, env: Mapping[str, str], counted: str = "lines of output"
) -> None:
    """Run a step's command with its progress; its last words are shown where it fails."""
    began = time.monotonic()
    say(f"{label} …")
    tail: deque[str] = deque(maxlen=_LINES_OF_A_FAILURE)
    told = began
    count = 0
    with subprocess.Popen(
        words,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            tail.append(line.rstrip())
            count += 1
            if time.monotonic() - told >= _SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                say(f"{label}: {count} {counted}, {told - began:.0f} s")
    if process.returncode:
        raise SandboxError(f"{label} failed with status {process.returncode}:\n  " + "\n  ".join(tail))
    say(f"{label}: done in {time.monotonic() - began:.0f} s")
