"""Set-up: what it refuses, what it repeats, and what it leaves when it is killed."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import python_environment, setup, toolchain
from sandbox.problem import SandboxError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path):
    """The files set-up needs, with the environment of this checkout."""
    shutil.copytree(ROOT / "sandbox", tmp_path / "sandbox", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "pyproject.toml", "Makefile"):
        shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def run(checkout, **variables):
    return subprocess.run(
        [sys.executable, "-m", "sandbox.setup"],
        cwd=checkout,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_nothing_to_do_is_quick_and_silent():
    began = time.monotonic()
    done = run(ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 10


def test_broken_environment_is_one_error_with_the_fix(checkout):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    done = run(checkout)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "is broken" in done.stderr
    assert "`rm -rf .venv`" in done.stderr
    assert [file.name for file in (checkout / ".venv").iterdir()] == ["bin"]


def test_missing_go_is_one_error_with_the_fix(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"^Go is missing: install Go 1\.26 or newer"):
        setup.check_go()


@pytest.mark.parametrize(("says", "message"), [("go1.21.3", r"Go 1\.21 at .* is too old"), ("oops", "does not run")])
def test_unfit_go_is_refused(monkeypatch, tmp_path, says, message):
    go = tmp_path / "go"
    go.write_text(f"#!/bin/sh\necho {says}\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=message):
        setup.check_go()


def test_missing_python_is_told_by_make(checkout):
    done = subprocess.run(
        ["make", "setup", "PYTHON=python3-of-nowhere"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "python3-of-nowhere is missing: install Python 3.11 or newer" in done.stderr


def test_failed_step_shows_the_last_words(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    broken = toolchain.Tool("etcd", "0.0.0", "apex.local/not-there")
    with pytest.raises(SandboxError, match=r"building etcd 0\.0\.0 failed with status 1:\n.*not-there"):
        toolchain.install(broken)
    assert not broken.folder.exists()
    assert [file.name for file in (tmp_path / "apex").iterdir()] == ["etcd.lock"]
    assert "set-up: building etcd 0.0.0 …" in capsys.readouterr().err


def test_engine_on_path_is_taken_only_where_it_fits(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    for name in ("pulumi-language-python", "pulumi-analyzer-policy-python", "pulumi-language-python-exec", "pulumi"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho v3.150.0\n")
        program.chmod(0o755)
    assert toolchain.engine_folder() is None
    (tmp_path / "pulumi").write_text("#!/bin/sh\necho v3.201.4\n")
    assert toolchain.engine_folder() == tmp_path
    (tmp_path / "pulumi-language-python").unlink()
    assert toolchain.engine_folder() is None


def test_go_runs_without_a_home(monkeypatch):
    monkeypatch.delenv("HOME")
    environment = toolchain.go_environment()
    assert environment["HOME"]
    done = subprocess.run(["go", "env", "GOMODCACHE"], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip()


def test_lock_of_one_package_is_its_own_lines():
    hashes = {name: f" \\\n    --hash=sha256:{name * 2}" for name in "abcd"}
    lock = f"a==1{hashes['a']}\nuv==2{hashes['b']}{hashes['c']}\nz==3{hashes['d']}\n"
    assert python_environment._locked("uv", lock) == "uv==2 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    with pytest.raises(SandboxError, match="make lock"):
        python_environment._locked("b", lock)


def test_lock_names_no_registry_and_holds_uv():
    lock = (ROOT / "requirements.txt").read_text()
    assert "://" not in lock
    assert python_environment._locked("uv", lock).startswith("uv==")
