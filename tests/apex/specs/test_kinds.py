"""Every kind: what is taken, and the exact words for what is not (documents/cases.jsonl)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apex.specs.kinds import KINDS
from apex.specs.kubernetes import manifest_kinds
from apex.specs.validation import validate_paths

DOCUMENTS = Path(__file__).parent / "documents"
CASES = [json.loads(line) for line in (DOCUMENTS / "cases.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['of']} {json.dumps(case['change'])}"[:90])
def test_a_change_is_told_in_these_words(
    case: dict[str, Any],
    change: Callable[[str, dict[str, Any]], dict[str, Any]],
    said: Callable[[dict[str, Any]], list[str]],
) -> None:
    assert said(change(case["of"], case["change"])) == case["says"]


def test_the_good_documents_are_right() -> None:
    assert validate_paths([DOCUMENTS / "good.yaml"]) == ([], 22)


def test_every_kind_of_ours_has_cases_that_fail(good: dict[str, Any]) -> None:
    failing = {case["of"] for case in CASES if case["says"]}
    assert set(KINDS) <= failing
    assert set(good) <= {*KINDS, *manifest_kinds()}


@pytest.mark.parametrize(
    ("field", "text", "meant"),
    [
        ("spec.sorce", "did you mean", "source"),
        ("spec.transformation.steps[0].procesor", "did you mean", "processor"),
    ],
)
def test_a_misspelt_field_is_recognised(
    field: str,
    text: str,
    meant: str,
    change: Callable[[str, dict[str, Any]], dict[str, Any]],
    said: Callable[[dict[str, Any]], list[str]],
) -> None:
    assert f'{field}: is not a field; {text} "{meant}"?' in said(change("DataPipeline", {field: "x"}))
