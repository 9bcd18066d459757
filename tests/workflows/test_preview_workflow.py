"""The preview's workflow: its own scripts are run, with stand-ins for `apex` and `gh`."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
STEPS = yaml.safe_load((FOLDER / "preview.yml").read_text("utf-8"))["jobs"]["preview"]["steps"]


def step(name):
    return next(each for each in STEPS if each.get("name") == name)


@pytest.fixture
def run(tmp_path):
    """Runs a step as GitHub does, `bash -e`, where each of `programs` is the script it is given."""

    def called(name, programs, **variables):
        for program, text in programs.items():
            file = tmp_path / program
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"#!/bin/sh\n{text}\n")
            file.chmod(file.stat().st_mode | stat.S_IXUSR)
        path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-c", step(name)["run"]],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={"PATH": path, "ENVIRONMENT": "dev", "NUMBER": "7", "GITHUB_REPOSITORY": "o/r", "RUN": "RUN-URL"}
            | variables,
        )  # fmt: skip

    return called


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_check_ends_as_the_preview_does(run, tmp_path, status):
    done = run("Preview with every policy pack", {".venv/bin/apex": f'echo "$@" > words\nexit {status}'})
    assert done.returncode == status
    words = (tmp_path / "words").read_text()
    assert words.startswith("preview --env dev --format markdown --out preview-dev.md --save preview-dev.html")
    assert "continue-on-error" not in step("Preview with every policy pack")


def test_a_first_plan_is_a_new_comment_and_a_later_one_replaces_it(run, tmp_path):
    (tmp_path / "preview-dev.md").write_text("## ✅ plan\n")
    gh = 'case "$1 $2" in "api repos/o/r/issues/7/comments") echo "$KNOWN";; *) echo "$@" >> calls;; esac'
    assert run("Post the plan", {"bin/gh": gh}, KNOWN="").returncode == 0
    assert run("Post the plan", {"bin/gh": gh}, KNOWN="42").returncode == 0
    assert (tmp_path / "calls").read_text().splitlines() == [
        "pr comment 7 --body-file comment.md",
        "api -X PATCH repos/o/r/issues/comments/42 -F body=@comment.md --silent",
    ]
    assert (tmp_path / "comment.md").read_text() == "<!-- apex preview dev -->\n## ✅ plan\n"


def test_a_run_that_said_nothing_leaves_no_old_verdict_standing(run, tmp_path):
    assert run("Post the plan", {"bin/gh": "true"}).returncode == 0
    assert "❌ dev could not be previewed: [the run](RUN-URL)" in (tmp_path / "comment.md").read_text()
    assert step("Post the plan")["if"] == "always()"


def test_actions_are_pinned_and_no_event_text_reaches_a_shell():
    for file in sorted(FOLDER.glob("*.yml")):
        text = file.read_text("utf-8")
        for used in re.findall(r"uses: *(\S+)", text):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used
        for job in yaml.safe_load(text)["jobs"].values():
            for each in job["steps"]:
                assert "${{" not in each.get("run", "")
