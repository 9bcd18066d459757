import subprocess

import pytest

from apex import git


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://user:token@github.com/acme/platform.git", "github.com/acme/platform"),
        ("git@github.com:acme/platform.git", "github.com/acme/platform"),
        ("ssh://git@git.acme.example:2222/infra/platform", "git.acme.example/infra/platform"),
        ("https://github.com/acme/platform/", "github.com/acme/platform"),
    ],
)
def test_the_address_of_a_remote_holds_no_credentials(remote, address):
    assert git.address(remote) == address


@pytest.fixture
def checkout(tmp_path):
    def run(*words):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *words], check=True, capture_output=True)

    def commit(name, text):
        (tmp_path / name).write_text(text)
        run("add", name)
        run("commit", "-m", name)
        return subprocess.run(
            ["git", "-C", str(tmp_path), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
        ).stdout.strip()

    run("init", "-q")
    return tmp_path, commit, run


def test_an_unrelated_commit_changes_nothing(checkout):
    folder, commit, _ = checkout
    first = commit("a.yaml", "1")
    commit("b.yaml", "1")
    assert git.last_change(folder / "a.yaml") == first


def test_the_latest_of_several_files_counts(checkout):
    folder, commit, _ = checkout
    commit("base.yaml", "1")
    overlay = commit("overlay.yaml", "1")
    assert git.last_change(folder / "base.yaml", folder / "overlay.yaml") == overlay


def test_outside_a_checkout_there_is_neither(tmp_path):
    assert git.repository(tmp_path) is None
    assert git.last_change(tmp_path) is None


def test_a_file_that_no_commit_has_names_none(checkout):
    folder, commit, _ = checkout
    commit("a.yaml", "1")
    (folder / "new.yaml").write_text("1")
    assert git.last_change(folder / "new.yaml") is None


def test_the_repository_is_its_remote(checkout):
    folder, commit, run = checkout
    commit("a.yaml", "1")
    run("remote", "add", "origin", "git@github.com:acme/platform.git")
    assert git.repository(folder) == "github.com/acme/platform"
