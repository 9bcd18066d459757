"""References that a data contract makes: its columns, its dataset, and names that AWS would see twice."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from apex.specs.validation import validate_paths

REPOSITORY = Path(__file__).resolve().parents[3]
TRANSCRIPTS = "base/speech/call-transcripts.yaml"


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What is wrong with the repository's catalog once a text of a file is replaced, and files are added."""
    shutil.copytree(REPOSITORY / "catalog", tmp_path / "catalog")
    monkeypatch.chdir(tmp_path)

    def check(name: str, old: str, new: str, **added: str) -> list[str]:
        file = tmp_path / "catalog" / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        for other, content in added.items():
            (tmp_path / "catalog" / "base" / f"{other}.yaml").write_text(content)
        problems = [str(problem) for problem in validate_paths([Path("catalog")])[0]]
        # Where in the catalog the rest stands is no matter of these tests.
        return [re.sub(r"call-transcripts\.yaml:\d+(:\d+)?", "call-transcripts.yaml", each) for each in problems]

    return check


def contract(tmp_path: Path) -> str:
    text = (tmp_path / "catalog" / TRANSCRIPTS).read_text()
    return text[text.index("apiVersion: governance") :]


def test_a_personal_column_that_no_record_has_is_told(edited: Callable[..., list[str]]) -> None:
    assert edited(TRANSCRIPTS, "column: caller_number", "column: caller_nummer") == [
        "catalog/base/speech/call-transcripts.yaml: spec.pii[1].column: there is no column "
        '"caller_nummer"; did you mean "caller_number"?'
    ]


def test_a_quality_rule_on_a_column_that_no_record_has_is_told(edited: Callable[..., list[str]]) -> None:
    (problem,) = edited(TRANSCRIPTS, "column: call_id", "column: cal_id")
    assert problem.endswith('spec.quality[1].column: there is no column "cal_id"; did you mean "call_id"?')


def test_columns_are_those_of_json_schemas_too(edited: Callable[..., list[str]]) -> None:
    (problem,) = edited(
        TRANSCRIPTS,
        "    type: avro\n    path: s3://apex-schemas/speech/transcript.avsc\n  pii:\n    - column: caller_name\n"
        "      handling: drop\n    - column: caller_number\n      handling: hash\n    - column: text\n"
        "      handling: mask\n  quality:\n    - name: every-call-has-text\n      metric: completeness\n"
        "      column: text\n      threshold: 0.98\n    - name: calls-appear-once\n      metric: uniqueness\n"
        "      column: call_id\n      threshold: 1\n",
        "    type: json\n    path: s3://apex-schemas/language/document.json\n  pii:\n    - column: author\n"
        "      handling: drop\n",
    )
    assert 'spec.pii[0].column: there is no column "author"' in problem


@pytest.mark.parametrize("dataset", ["speech.transcripts", "speech"])
def test_a_dataset_is_promised_once(edited: Callable[..., list[str]], tmp_path: Path, dataset: str) -> None:
    other = contract(tmp_path).replace("name: transcripts", "name: zcalls", 1)
    other = other.replace("dataset: speech.transcripts", f"dataset: {dataset}")
    (problem,) = edited("base/waivers.yaml", "#", "#", zcalls=other)
    assert problem == (
        f'catalog/base/zcalls.yaml:7:3: spec.dataset: "{dataset}" overlaps "speech.transcripts" of DataContract '
        "transcripts (catalog/base/speech/call-transcripts.yaml); keep one promise for each dataset"
    )


def test_datasets_of_two_tiers_do_not_overlap(edited: Callable[..., list[str]], tmp_path: Path) -> None:
    other = (
        contract(tmp_path).replace("name: transcripts", "name: calls", 1).replace("  owner:", "  tier: raw\n  owner:")
    )
    assert edited("base/waivers.yaml", "#", "#", zcalls=other) == []


def test_a_name_is_used_once_whatever_the_namespace(edited: Callable[..., list[str]], tmp_path: Path) -> None:
    other = contract(tmp_path).replace("namespace: speech", "namespace: vision")
    other = other.replace("dataset: speech.transcripts", "dataset: vision.transcripts")
    (problem,) = edited("base/waivers.yaml", "#", "#", zcalls=other)
    assert problem == (
        'catalog/base/zcalls.yaml:4:3: metadata.name: "transcripts" is the name of a DataContract of namespace speech '
        "too (catalog/base/speech/call-transcripts.yaml); AWS has no namespaces, so choose another name"
    )
