"""The engine's command is stood in for by a script: what is tested is how its words become an outcome."""

import json
import os
import stat

import pytest

from apex.engine import run
from apex.engine.workspace import Workspace, open_workspace
from apex.errors import InputError

STACK = "urn:pulumi:dev::apex::pulumi:pulumi:Stack::apex-dev"
BUCKET = "urn:pulumi:dev::apex::aws:s3/bucket:Bucket::raw"


def policy_event(level, urn=BUCKET):
    return {
        "policyEvent": {
            "resourceUrn": urn,
            "message": "team is missing;\nadd it\n",
            "policyName": "require-cost-tags",
            "policyPackName": "finops",
            "enforcementLevel": level,
        }
    }


def error(text, urn=""):
    return {"diagnosticEvent": {"severity": "error", "message": text, "urn": urn}}


@pytest.fixture
def workspace(tmp_path):
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        (tmp_path / name).write_text("name: apex\n")
    pack = tmp_path / "policy_packs" / "finops"
    pack.mkdir(parents=True)
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "config.dev.json").write_text("{}")
    return Workspace(tmp_path, tmp_path, "dev")


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Puts a `pulumi` on PATH that prints `text`, logs `events`, keeps its arguments and ends with `status`."""

    def install(text, events, status):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "text").write_text(text)
        (folder / "events").write_text("".join(json.dumps(event) + "\n" for event in events) + '{"cut short')
        script = folder / "pulumi"
        script.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/words\nwhile [ "$1" != --event-log ]; do shift; done\n'
            f'cp {folder}/events "$2"\ncat {folder}/text\nexit {status}\n'
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return folder / "words"

    return install


PLAN = json.dumps(
    {"steps": [{"op": "create", "urn": BUCKET, "newState": {"urn": BUCKET, "type": "aws:s3/bucket:Bucket"}}]}
)


def test_an_allowed_preview_leaves_its_plan(workspace, engine):
    words = engine(PLAN, [policy_event("advisory"), {"summaryEvent": {"resourceChanges": {"create": 1}}}], 0)
    plan, outcome = run.preview(workspace)
    assert (outcome.status, outcome.refusals, outcome.changes) == (0, (), {"create": 1})
    assert [resource.name for resource in plan.resources] == ["raw"]
    assert workspace.plan_file.read_text() == PLAN
    given = words.read_text().splitlines()
    assert given[given.index("--policy-pack") + 1] == str(workspace.root / "policy_packs" / "finops")
    assert given[given.index("--policy-pack-config") + 1].endswith("config.dev.json")


def test_a_mandatory_policy_refuses_with_status_1(workspace, engine):
    engine(PLAN, [policy_event("mandatory"), error("preview failed")], 255)
    _, outcome = run.preview(workspace)
    assert outcome.status == 1
    assert outcome.refusals[0].message == "team is missing;\nadd it"


def test_an_error_of_a_resource_is_status_2_and_named(workspace, engine):
    engine("{}", [error("unknown property buckett", BUCKET)], 255)
    plan, outcome = run.preview(workspace)
    assert plan is None
    assert (outcome.status, outcome.errors) == (2, (f"{BUCKET}: unknown property buckett",))


def test_a_run_that_never_began_tells_why(workspace, engine, tmp_path):
    engine("error: no stack named 'dev' found", [], 255)
    (tmp_path / "bin" / "events").write_text("")
    with pytest.raises(InputError, match="no stack named 'dev' found"):
        run.preview(workspace)


def test_a_missing_engine_is_told_with_the_fix(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="^pulumi: is not installed; run `make setup`"):
        run.preview(workspace)


def test_an_unknown_environment_names_the_known_ones(workspace):
    with pytest.raises(InputError, match='^ENV: "qa" is not an environment; use dev or prod$'):
        open_workspace("qa", workspace.root, {})


def test_the_sandbox_swaps_only_the_project_folder(workspace):
    (workspace.root / "sandbox").mkdir()
    (workspace.root / "sandbox" / "Pulumi.yaml").write_text("name: apex\n")
    opened = open_workspace("dev", workspace.root / "policy_packs", {"APEX_PROJECT_DIR": "sandbox"})
    assert (opened.root, opened.project) == (workspace.root, workspace.root / "sandbox")


def test_outside_a_project_the_fix_is_told(tmp_path):
    with pytest.raises(InputError, match=r"holds no Pulumi\.yaml, nor does any folder above it"):
        open_workspace("dev", tmp_path, {})


STATE = json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": [{"urn": BUCKET, "custom": True}]}})


@pytest.fixture
def export(tmp_path, monkeypatch):
    """Puts a `pulumi` on PATH that prints `text` and ends with `status`."""

    def install(text, status=0):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "text").write_text(text)
        script = folder / "pulumi"
        script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/words\ncat {folder}/text\nexit {status}\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return folder / "words"

    return install


def test_what_is_deployed_is_kept_for_its_owner_alone(workspace, export):
    words = export(STATE)
    file = run.keep_baseline(workspace)
    assert file == workspace.baseline_file
    assert file.read_text() == STATE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "--show-secrets" not in words.read_text()


def test_where_the_state_cannot_be_had_that_of_an_earlier_run_does_not_stand_in(workspace, export):
    workspace.output.mkdir(parents=True)
    workspace.baseline_file.write_text(STATE)
    export("no stack named 'dev' found", 255)
    assert run.keep_baseline(workspace) is None
    assert not workspace.baseline_file.exists()


def test_packs_are_told_of_our_baseline_and_of_no_other(workspace, tmp_path, engine, monkeypatch):
    engine(PLAN, [], 0)
    (tmp_path / "bin" / "pulumi").write_text(
        f'#!/bin/sh\necho "$APEX_BASELINE" > {tmp_path}/seen\ncat {tmp_path}/bin/text\n'
    )
    monkeypatch.setenv("APEX_BASELINE", "forged.json")
    run.preview(workspace)
    assert (tmp_path / "seen").read_text() == "\n"
    run.preview(workspace, workspace.baseline_file)
    assert (tmp_path / "seen").read_text().strip() == str(workspace.baseline_file)


def test_a_pack_that_does_not_start_is_told_in_its_own_words(workspace, engine):
    said = {"diagnosticEvent": {"severity": "info#err", "message": "catalog/base/a.yaml:3: is not a budget\n"}}
    engine('{\n  "diagnostics": []\n}\n', [said], 255)
    plan, outcome = run.preview(workspace)
    assert plan is None
    assert outcome.status == 2
    assert outcome.errors[0].startswith("catalog/base/a.yaml:3: is not a budget")
    assert not workspace.plan_file.exists()
