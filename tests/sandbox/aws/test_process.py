"""The provider as the engine starts it: a process that names its port and ends with its parent."""

import os
import subprocess
import sys
import time
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[3] / "sandbox" / "aws" / "pulumi-resource-aws"


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ["PATH"]])}


def test_first_line_is_the_port() -> None:
    started = time.monotonic()
    process = subprocess.Popen([PLUGIN, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True, env=environment())
    try:
        assert process.stdout is not None
        assert 1024 < int(process.stdout.readline()) < 65536
        # The bar is 1.5 s on a quiet machine; tests share theirs.
        assert time.monotonic() - started < 10
    finally:
        process.kill()
        process.wait()


def test_ends_when_its_engine_is_killed() -> None:
    parent = "import subprocess as s, sys; p = s.Popen([sys.argv[1], 'x']); print(p.pid, flush=True); p.wait()"
    engine = subprocess.Popen(
        [sys.executable, "-c", parent, str(PLUGIN)], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert engine.stdout is not None
    provider = int(engine.stdout.readline())
    assert int(engine.stdout.readline()) > 1024
    engine.kill()
    engine.wait()
    deadline = time.monotonic() + 20
    while _running(provider) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _running(provider)


def _running(pid: int) -> bool:
    """Whether a process still works; a dead one that nobody has collected does not."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and not found.stdout.strip().startswith("Z")
