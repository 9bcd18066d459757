"""The checkout's virtual environment: made with uv from the lock, every package held to its hash."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox.problem import SandboxError
from sandbox.progress import run

ROOT = Path(__file__).resolve().parents[1]
_FOLDER = ".venv"
_STAMP = "apex-stamp"


def folder() -> Path:
    """The virtual environment."""
    return ROOT / _FOLDER


def python() -> Path:
    """Its interpreter."""
    return folder() / "bin" / "python"


def is_current() -> bool:
    """Whether the environment holds what the lock says. Raises where it is there but broken."""
    if not os.path.lexists(folder()):
        return False
    _refuse_broken()
    try:
        return (folder() / _STAMP).read_text(encoding="utf-8") == _fingerprint()
    except OSError:
        return False


def install() -> None:
    """Create the environment where it is missing and bring it to the lock."""
    uv = _uv()
    if not os.path.lexists(folder()):
        run([*uv, "venv", "--python", sys.executable, _FOLDER], "creating .venv", cwd=ROOT, env=_environment())
    into = [*uv, "pip", "install", "--python", str(python())]
    run(
        [*into, "--require-hashes", "-r", "requirements.txt"],
        "installing the locked packages",
        cwd=ROOT,
        env=_environment(),
    )
    run([*into, "--no-deps", "--no-build-isolation", "-e", "."], "installing apex", cwd=ROOT, env=_environment())
    (folder() / _STAMP).write_text(_fingerprint(), encoding="utf-8")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    digest.update(f"{platform.python_version()} {ROOT}".encode())
    return digest.hexdigest()


def _refuse_broken() -> None:
    """A half-made environment, or one whose Python went away, is not repaired behind the user's back."""
    try:
        done = subprocess.run([python(), "-c", ""], capture_output=True, text=True, timeout=60, check=False)
        reason = done.stderr.strip() if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = str(error)
    if reason:
        last = reason.splitlines()[-1]
        raise SandboxError(f"the virtual environment {folder()} is broken ({last}): remove it, `rm -rf {_FOLDER}`")


def _uv() -> list[str]:
    """The machine's uv; else the lock's own, which pip puts into the environment."""
    if found := shutil.which("uv"):
        return [found]
    own = folder() / "bin" / "uv"
    if not own.exists():
        if not os.path.lexists(folder()):
            run([sys.executable, "-m", "venv", _FOLDER], "creating .venv", cwd=ROOT, env=os.environ)
        with tempfile.TemporaryDirectory() as scratch:
            lock = Path(scratch, "uv.txt")
            lock.write_text(_locked("uv", (ROOT / "requirements.txt").read_text(encoding="utf-8")), encoding="utf-8")
            words = [str(python()), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
            run([*words, "-r", str(lock)], "installing uv", cwd=ROOT, env=os.environ)
    return [str(own)]


def _locked(package: str, lock: str) -> str:
    """The lines of `package` in the lock: its version and its hashes."""
    found = re.search(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    if found is None:
        raise SandboxError(f"requirements.txt does not lock {package}: run `make lock` on a machine that has uv")
    return found[0]


def _environment() -> dict[str, str]:
    """What uv is told of the machine's mirror: it does not read pip's settings, so they are handed over."""
    variables = dict(os.environ)
    index = variables.get("PIP_INDEX_URL")
    if index and not any(name in variables for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX")):
        variables["UV_DEFAULT_INDEX"] = index
    variables.setdefault("UV_LINK_MODE", "copy")
    if "PIP_CERT" in variables:
        variables.setdefault("SSL_CERT_FILE", variables["PIP_CERT"])
    variables.pop("VIRTUAL_ENV", None)
    return variables
