"""The browser for the report's tests: taken where there is one, brought where that can be, and never in the way."""

import json

import pytest

from sandbox import browser
from sandbox.problem import SandboxError
from sandbox.toolchain import MODULES


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with an empty cache and nothing on PATH but what a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def put(name, text="exit 0"):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        return program

    return put


def test_the_machines_own_is_taken_as_it_is(bare):
    program = bare("google-chrome")
    assert browser.program() == program
    assert browser.variables() == {}
    assert browser.main() == 0


def test_a_machine_that_cannot_bring_one_goes_on_without(bare, capsys):
    assert browser.program() is None
    assert not browser.can_be_brought()
    assert browser.main() == 0
    assert "no Chromium here, and no npm to bring one" in capsys.readouterr().err


def test_a_registry_out_of_reach_is_told_and_leaves_nothing_half_made(bare, capsys, tmp_path, monkeypatch):
    bare("npm", "echo cannot reach the registry; exit 1")
    bare("node")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    with pytest.raises(SandboxError, match="cannot reach the registry"):
        browser.bring()
    assert browser.main() == 2
    assert browser.program() is None
    assert [file.name for file in (tmp_path / "cache" / "apex").iterdir()] == ["chromium.lock"]


def test_the_lock_holds_a_hash_of_every_package_and_no_registry():
    lock = json.loads((MODULES / "browser" / "package-lock.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages["node_modules/@sparticuz/chromium"]["version"] == browser.VERSION
    assert all(each["integrity"].startswith("sha512-") and "resolved" not in each for each in packages.values())
