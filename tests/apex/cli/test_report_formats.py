"""What `apex preview`, `up`, `cost` and `check` write, and where; the engine is stood in for by a script."""

import json
import os
import shutil
import stat
from pathlib import Path

import html5lib
import pytest

from apex.cli import main

ROOT = Path(__file__).parents[3]
BUCKET = "urn:pulumi:dev::apex::aws:s3/bucket:Bucket::raw"
TAGS = {"project": "atlas", "environment": "dev", "team": "platform", "cost-center": "cc-1000", "data-modality": "text"}


def page(text):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def heading(text):
    return "".join(next(page(text).iter("h1")).itertext())


@pytest.fixture
def apex(capsys, monkeypatch, tmp_path):
    """Runs the command line in a checkout of its own; gives its status and what it printed."""
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        shutil.copy2(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    (tmp_path / "policy_packs").symlink_to(ROOT / "policy_packs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("APEX_PROJECT_DIR", raising=False)
    monkeypatch.delenv("APEX_DECISION_LOG", raising=False)
    monkeypatch.setenv("GITHUB_ACTOR", "ann")

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return run


@pytest.fixture
def plan(tmp_path):
    state = {"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {"tags": TAGS}}
    steps = [{"op": "create", "urn": BUCKET, "newState": state}]
    return json.dumps({"config": {"aws:region": "us-east-1"}, "steps": steps}, indent=4)


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Puts a `pulumi` on PATH: it prints a plan, logs events and ends with a status; its state is `state`, if any."""

    def install(text, *events, status=0, state=None):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "text").write_text(text)
        (folder / "events").write_text("".join(json.dumps(each) + "\n" for each in events))
        export = "exit 1"
        if state:
            (folder / "state").write_text(json.dumps(state))
            export = f"cat {folder}/state; exit 0"
        script = folder / "pulumi"
        script.write_text(
            f'#!/bin/sh\ncase "$*" in *"stack export"*) {export};; esac\n'
            f'while [ "$1" != --event-log ]; do shift; done\n'
            f'cp {folder}/events "$2"\ncat {folder}/text\nexit {status}\n'
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return install


def said(level, message="can be read by everyone\n  Fix: Block it."):
    return {"policyEvent": {"resourceUrn": BUCKET, "message": message, "policyName": "block_public_buckets",
                            "policyPackName": "security", "enforcementLevel": level}}  # fmt: skip


def test_one_run_gives_every_form(apex, engine, plan, tmp_path):
    engine(plan, said("mandatory"), status=255)
    names = ("a.html", "a.json", "a.md", "a.sarif", "a.txt", "a.xml")
    status, out, err = apex("preview", "--env", "dev", *(word for name in names for word in ("--save", name)))
    assert (status, err) == (1, "")
    assert out.endswith("dev is refused: 1 finding of " + out.rpartition("finding of ")[2])
    forms = {name: (tmp_path / name).read_text("utf-8") for name in names}
    assert forms["a.txt"] == out
    assert heading(forms["a.html"]) == out.splitlines()[-1]
    assert json.loads(forms["a.json"])["allowed"] is False
    assert forms["a.md"].startswith("## ❌ dev is refused")
    [result] = json.loads(forms["a.sarif"])["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("security/block_public_buckets", "error")
    assert 'failures="1"' in forms["a.xml"]


@pytest.mark.parametrize("form", ["html", "json", "junit", "markdown", "sarif", "table"])
def test_a_form_goes_to_the_terminal_or_to_a_file_and_is_always_the_same(apex, engine, plan, tmp_path, form):
    engine(plan)
    first = apex("preview", "--env", "dev", "--format", form)
    assert first[0] == 0
    assert apex("preview", "--env", "dev", "--format", form) == first
    assert apex("preview", "--env", "dev", "--format", form, "--out", "report") == (0, "", "")
    assert (tmp_path / "report").read_text("utf-8") == first[1]


@pytest.mark.parametrize("form", ["html", "json", "junit", "markdown", "sarif", "table"])
def test_a_program_that_cannot_be_planned_is_reported_too(apex, engine, tmp_path, form):
    engine("{}", {"diagnosticEvent": {"severity": "error", "message": "boom <b>", "urn": ""}}, status=255)
    status, out, err = apex("preview", "--env", "dev", "--format", form, "--out", "report", "--decision-log", "log")
    assert (status, out) == (2, "")
    assert "boom" in err
    assert "boom" in (tmp_path / "report").read_text("utf-8")
    decision = json.loads((tmp_path / "log").read_text("utf-8"))["decision"]
    assert (decision["allowed"], decision["errors"], decision["planDigest"]) == (False, ["boom <b>"], "")


def test_a_name_without_a_form_is_refused_before_the_engine_runs(apex):
    status, _, err = apex("preview", "--env", "dev", "--save", "report.pdf")
    assert status == 2
    assert "report.pdf" in err
    assert ".html, .json, .md, .sarif, .txt, .xml" in err


def test_a_preview_and_a_deployment_are_logged(apex, engine, plan, tmp_path, monkeypatch):
    resource = {"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {"tags": TAGS},
                "outputs": {"arn": "arn:aws:s3:::raw", "region": "us-east-1"}}  # fmt: skip
    engine(plan, said("advisory"), state={"version": 3, "deployment": {"manifest": {}, "resources": [resource]}})
    monkeypatch.setenv("APEX_DECISION_LOG", str(tmp_path / "log"))
    assert apex("preview", "--env", "dev")[0] == 0
    assert apex("up", "--env", "dev")[0] == 0
    assert apex("check", "catalog/base/budgets.yaml")[0] == 0
    lines = (tmp_path / "log").read_text("utf-8").splitlines()
    planned, deployed, checked = (json.loads(line)["decision"] for line in lines)
    assert [each["actor"] for each in (planned, deployed, checked)] == ["ann"] * 3
    assert all(each["time"].endswith("+00:00") for each in (planned, deployed, checked))
    assert [each["rule"] for each in planned["findings"]] == ["block_public_buckets"]
    assert planned["cost"]["added"] == "0.00"
    assert deployed["cost"]["monthly"]["expected"] == planned["cost"]["monthly"]["expected"] != "0.00"
    assert planned["planDigest"] != deployed["planDigest"]
    assert planned["planDigest"].startswith("sha256:")
    status, out, _ = apex("audit", "verify", "log")
    assert status == 0
    assert json.loads(lines[-1])["hash"] in out
    (tmp_path / "log").write_text("\n".join(lines).replace("ann", "eve", 1) + "\n", encoding="utf-8")
    assert apex("audit", "verify", "log")[0] == 2
    for command in ("preview", "up"):
        status, out, err = apex(command, "--env", "dev")
        assert (status, out) == (2, "")
        assert "entry 1 was changed" in err


def test_a_bill_is_a_page(apex, plan, tmp_path):
    (tmp_path / "plan.json").write_text(plan)
    words = ("cost", "plan.json", "--catalog", "catalog", "--env", "dev", "--format", "html")
    status, out, err = apex(*words)
    assert (status, err) == (0, "")
    assert heading(out) == "The monthly bill"
    assert "Cost by month" in out
    assert apex(*words, "--out", "bill.html") == (0, "", "")
    assert (tmp_path / "bill.html").read_text("utf-8") == out


def test_findings_are_a_page(apex, tmp_path):
    ingress = [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]
    line = {"type": "aws:ec2/securityGroup:SecurityGroup", "name": "ssh", "props": {"ingress": ingress}}
    (tmp_path / "open.jsonl").write_text(json.dumps(line))
    status, out, _ = apex("check", "open.jsonl", "--pack", "security", "--format", "html")
    assert status == 1
    assert heading(out).startswith("Refused: 1 refused")
    assert "security/restrict_ingress" in out
    assert "open.jsonl:1" in out


def test_a_place_that_cannot_be_written_is_one_line(apex, engine, plan, tmp_path):
    engine(plan)
    (tmp_path / "plan.json").write_text(plan)
    for words in (
        ("preview", "--env", "dev", "--save", "plan.json/a.html"),
        ("preview", "--env", "dev", "--out", "plan.json/a"),
        ("cost", "plan.json", "--out", "plan.json/a"),
        ("check", "catalog/base/budgets.yaml", "--out", "plan.json/a"),
    ):
        status, _, err = apex(*words)
        assert status == 2
        assert "cannot be written" in err
        assert err.count("\n") == 1
