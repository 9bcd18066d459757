"""The commands over the catalog, as a person runs them."""

import json
import shutil
from pathlib import Path

import pytest

from apex.cli import main

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the repository's catalog in a folder that is the working directory."""
    shutil.copytree(REPOSITORY / "catalog", tmp_path / "catalog")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "catalog"


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.usefixtures("catalog")
def test_validate_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate") == 0
    assert capsys.readouterr().out.endswith(" documents are right\n")


def test_validate_names_file_line_field_value_and_fix(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = catalog / "base" / "speech" / "call-transcripts.yaml"
    file.write_text(file.read_text().replace("threshold: 300s", 'threshold: "300"'))
    assert run("validate", "catalog") == 2
    told = (
        "catalog/base/speech/call-transcripts.yaml:49:9: spec.monitoring.alerts[0].threshold: "
        '"300" is not a duration; write "300s"\n'
    )
    assert capsys.readouterr().err == told


def test_validate_tells_machines(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (catalog / "base" / "x.yaml").write_text("kind: Budgt\nmetadata: {name: x}\n")
    assert run("validate", "--format", "json") == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is False
    assert answer["problems"] == [
        {
            "file": "catalog/base/x.yaml",
            "line": 1,
            "column": 1,
            "field": "kind",
            "message": '"Budgt" is not a kind; did you mean "Budget"?',
        }
    ]


def test_validate_of_nothing_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", str(tmp_path / "nowhere")) == 2
    assert "is not there; name a file or a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "kind",
    [
        "Budget",
        "DataContract",
        "DataPipeline",
        "Deployment",
        "MultimodalAIComponent",
        "Ownership",
        "Platform",
        "Usage",
        "Waiver",
    ],
)
def test_a_new_declaration_validates(kind: str, catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", kind.lower(), "first-try", "--team", "speech") == 0
    file = catalog / "base" / "speech" / "first-try.yaml"
    assert capsys.readouterr().out == "catalog/base/speech/first-try.yaml\n"
    assert "#" in file.read_text()
    assert "$name" not in file.read_text()
    assert run("validate") == 0
    assert run("new", kind, "first-try", "--team", "speech") == 2


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("DataPipelin", "x"), '"DataPipelin" is not a kind; did you mean "DataPipeline"?'),
        (("Budget", "Bad Name"), '"Bad Name" is not a valid name; use lower-case letters, digits and "-"'),
        (
            ("Budget", "x", "--team", "speach"),
            'team "speach" has no namespace in the ownership file; did you mean "speech"?',
        ),
        (
            ("Budget", "x", "--namespace", "spech"),
            'namespace "spech" has no entry in the ownership file; did you mean "speech"?',
        ),
    ],
)
def test_a_new_declaration_of_nothing_is_refused(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("new", *words) == 2
    assert capsys.readouterr().err.strip() == message


@pytest.mark.usefixtures("catalog")
def test_a_new_pipeline_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", "DataPipeline", "x", "--out", "-") == 0
    assert capsys.readouterr().out.startswith("# yaml-language-server: $schema=")


def test_the_editor_line_of_a_new_file_leads_to_the_schema(catalog: Path) -> None:
    assert run("new", "DataPipeline", "x", "--team", "speech") == 0
    file = catalog / "base" / "speech" / "x.yaml"
    line = file.read_text().splitlines()[0]
    assert (file.parent / line.removeprefix("# yaml-language-server: $schema=")).resolve().is_file()


@pytest.mark.usefixtures("catalog")
def test_two_environments_differ_field_by_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", "dev", "prod") == 0
    out = capsys.readouterr().out
    assert "Budget production: only in prod\n" in out
    assert "PodDisruptionBudget language/translator: only in prod" in out
    assert "  spec.template.spec.containers[translator].resources.requests.cpu: 500m -> 1\n" in out
    assert run("diff", "dev", "dev") == 0
    assert capsys.readouterr().out == "dev and dev declare the same\n"


@pytest.mark.usefixtures("catalog")
def test_differences_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", "base", "dev", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)["differences"]
    assert {
        "kind": "Deployment",
        "namespace": "language",
        "name": "translator",
        "field": "spec.replicas",
        "before": "2",
        "after": "1",
    } in found


@pytest.mark.usefixtures("catalog")
def test_an_unknown_environment_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", "dev", "stage") == 2
    assert "catalog/stage: is not there; make the folder, or name another environment" in capsys.readouterr().err


@pytest.mark.usefixtures("catalog")
def test_a_graph_shows_what_becomes_of_a_declaration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "ticket-topics") == 0
    assert capsys.readouterr().out == (
        "DataPipeline language/ticket-topics\n"
        "├─ Glue connection: crm\n"
        "│  └─ Glue job that reads what is new: ticket-topics-reader\n"
        "│     ├─ EventBridge schedule: ticket-topics-clock\n"
        "│     └─ IAM role: ticket-topics-reader\n"
        "├─ Step Functions state machine: ticket-topics-steps\n"
        "│  ├─ EventBridge rule on new objects: ticket-topics-arrival\n"
        "│  └─ Comprehend call: ticket-topics-topics\n"
        "│     └─ IAM role of least privilege: ticket-topics-topics\n"
        "├─ Firehose delivery of results: ticket-topics-results\n"
        "│  └─ IAM role: ticket-topics-results\n"
        "├─ S3 prefix with its lifecycle: curated/language/tickets/{date}/\n"
        "├─ Glue database: ticket-topics\n"
        "│  ├─ Glue table: ticket-topics-results\n"
        "│  └─ Glue data quality ruleset: ticket-topics-quality\n"
        "├─ Step Functions state machine: ticket-topics-quality\n"
        "├─ SNS topic: ticket-topics-alerts\n"
        "│  ├─ CloudWatch alarm: ticket-topics-steps\n"
        "│  ├─ CloudWatch alarm: ticket-topics-quality\n"
        "│  └─ CloudWatch alarm: ticket-topics-completeness\n"
        "└─ AWS Budget: ticket-topics-daily\n"
    )


@pytest.mark.usefixtures("catalog")
def test_a_graph_can_be_mermaid(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "translator", "--env", "dev", "--format", "mermaid") == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "flowchart LR",
        '  n0["Deployment<br/>language/translator"]',
        '  n1["Kubernetes Deployment<br/>translator"]',
    ]


@pytest.mark.usefixtures("catalog")
def test_every_declaration_of_a_pipeline_or_component_is_in_the_graph(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--env", "prod") == 0
    roots = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("DataPipeline", "Multimodal"))]
    assert len(roots) >= 8
    assert run("graph", "call-transcript") == 2
    assert 'nothing is called "call-transcript"; did you mean "call-transcripts"?' in capsys.readouterr().err


def test_a_field_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "budget.spec.period") == 0
    assert capsys.readouterr().out == (
        "Budget.spec.period\n\n  How long the amount has to last.\n"
        "  type: one of day, month, quarter\n  default: month\n"
    )


def test_a_field_of_an_alert_is_explained_for_each_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "DataPipeline.spec.monitoring.alerts[].threshold") == 0
    out = capsys.readouterr().out
    assert [line.strip() for line in out.splitlines() if "type" in line] == [
        "for type latency:",
        "type: a duration",
        "for type data-quality:",
        "type: a ratio",
        "for type cost:",
        "type: an amount",
    ]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("Budgt", '"Budgt" is not a kind; did you mean "Budget"?'),
        ("Budget.spec.amont", 'Budget.spec has no field "amont"; did you mean "amount"?'),
    ],
)
def test_what_is_not_there_is_not_explained(address: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", address) == 2
    assert capsys.readouterr().err.strip() == message


def test_schemas_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema", "--out", str(tmp_path / "out")) == 0
    written = capsys.readouterr().out.splitlines()
    assert str(tmp_path / "out" / "crds" / "datapipelines.data.apexlogic.com.yaml") in written
    assert all(Path(name).is_file() for name in written)


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("diff", "dev", ""), "catalog: is not there; make the folder, or name another environment"),
        (("diff", "dev", "../base"), "catalog/../base: is not there; make the folder, or name another environment"),
        (("graph", "--env", "stage"), "catalog/stage: is not there; make the folder, or name another environment"),
        (("graph", "--catalog", "nowhere"), "nowhere: is not a folder; name the folder that holds base/"),
        (("new", "Budget", "x", "--catalog", "nowhere"), "nowhere: is not a folder; name the folder that holds base/"),
        (
            ("new", "Budget", "x", "--out", "catalog/base/ownership.yaml/x.yaml"),
            "catalog/base/ownership.yaml/x.yaml: cannot be written (File exists); name another place",
        ),
        (
            ("schema", "--out", "catalog/base/ownership.yaml/x"),
            "catalog/base/ownership.yaml/x/catalog.schema.json: cannot be written (Not a directory); "
            "name another place",
        ),
        (("explain", ""), '"" is not a kind; use one of'),
        (("validate", "catalog/dev/nowhere.yaml"), "catalog/dev/nowhere.yaml: is not there; name a file or a folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    told = capsys.readouterr().err
    assert told.startswith(message)
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: &a [x]\nb: [*a, *a]\n", "1:4: a: &a: anchors are not taken; remove it"),
        (b"kind: !!python/object/apply:os.system [ls]\n", "1:7: kind: !!python/object/apply:os.system: tags are not"),
        (b"kind: !mine Budget\n", "1:7: kind: !mine: tags are not taken; remove it"),
        (b"kind: Budget\nkind: Budget\n", "2:1: kind: is written twice in this map; remove one of the two"),
        (b"kind: Budget\n<<: {a: b}\n", "2:1: <<: merge keys are not taken; write the fields out"),
        (b"kind: \xff\n", "1:7: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"\0", "1: holds the character 0; remove it"),
        (b"a: " + b"[" * 500 + b"]" * 500, "1:67: a[0][0]: is nested more than 64 levels deep; flatten it"),
        (b"a: " + b"x" * 5_000_000, "has 5000003 bytes, more than 4194304; split the file"),
        (b"kind: Budget\n\tmetadata: x\n", "2:1: is not valid YAML: found a tab character that violates"),
        (b"[1, 2]\n", "1:1: a list is not a declaration; write apiVersion, kind"),
    ],
)
def test_a_file_that_is_no_declaration_is_told_in_one_line(
    catalog: Path, content: bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (catalog / "base" / "x.yaml").write_bytes(content)
    assert run("validate", "catalog/base/x.yaml") == 2
    told = capsys.readouterr().err
    assert told.startswith("catalog/base/x.yaml:")
    assert message in told
    assert told.count("\n") == 1


@pytest.mark.usefixtures("catalog")
def test_a_new_deployment_comes_from_a_registry_of_the_platform(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", "Deployment", "greeter", "--team", "language", "--out", "-") == 0
    image = next(line for line in capsys.readouterr().out.splitlines() if "image:" in line)
    assert image.strip() == "image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/greeter:0.1.0"
