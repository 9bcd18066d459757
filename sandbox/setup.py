"""Makes a fresh machine ready: `python3 -m sandbox.setup`. It needs Python and Go, and reaches package registries only.

Every step looks first whether there is anything to do; with nothing to do the whole takes a fraction of a second.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python still has to read
    sys.stderr.write("set-up: error: this Python is too old: install 3.11 or newer, then `make PYTHON=python3.11 …`\n")
    sys.exit(2)

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox import python_environment, toolchain
from sandbox.problem import SandboxError
from sandbox.progress import say

_OLDEST_GO = (1, 26)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a machine needs."""

    label: str
    is_done: Callable[[], bool]
    do: Callable[[], None]


def _fetch_definitions() -> None:
    toolchain.definition_files()


STEPS = (
    Step("Python packages", python_environment.is_current, python_environment.install),
    Step("Pulumi engine", lambda: toolchain.engine_folder() is not None, toolchain.install_engine),
    Step("etcd", toolchain.ETCD.program.exists, lambda: toolchain.install(toolchain.ETCD)),
    Step("Kubernetes API server", toolchain.API_SERVER.program.exists, lambda: toolchain.install(toolchain.API_SERVER)),
    Step("custom resource definitions", toolchain.has_definitions, _fetch_definitions),
)


def check_go() -> None:
    """Refuse a machine without Go, or with one too old to build the tools."""
    program = shutil.which("go")
    if program is None:
        raise SandboxError(
            "Go is missing: install Go 1.26 or newer (https://go.dev/doc/install) and put its bin folder on PATH"
        )
    done = subprocess.run(
        [program, "env", "GOVERSION"], env=toolchain.go_environment(), capture_output=True, text=True, check=False
    )
    version = re.match(r"go(\d+)\.(\d+)", done.stdout.strip())
    if version is None:
        raise SandboxError(f"{program} does not run: {(done.stderr or done.stdout).strip()}; install Go 1.26 or newer")
    if (int(version[1]), int(version[2])) < _OLDEST_GO:
        raise SandboxError(
            f"Go {version[1]}.{version[2]} at {program} is too old: install Go 1.26 or newer (https://go.dev/doc/install)"
        )


def set_up() -> None:
    """Do every step that is not done yet."""
    missing = [step for step in STEPS if not step.is_done()]
    if any(step.label != STEPS[0].label for step in missing):
        check_go()
    for number, step in enumerate(missing, 1):
        began = time.monotonic()
        say(f"[{number}/{len(missing)}] {step.label}")
        step.do()
        if not step.is_done():
            raise SandboxError(f"{step.label}: still missing after set-up; run `make clean` and try again")
        say(f"[{number}/{len(missing)}] {step.label}: ready in {time.monotonic() - began:.0f} s")


def main() -> int:
    """Set the machine up; 2 where a person has to mend something first."""
    try:
        set_up()
    except SandboxError as error:
        say(f"error: {error}")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    os.chdir(python_environment.ROOT)
    sys.exit(main())
