"""YAML is read as people mean it, and what could harm or mislead is refused with its place."""

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex.specs.document import MAX_BYTES, Decimals, Plain, dotted, parse, positions, read_text


def told(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, "x.yaml")[1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1", "x.yaml:1:4: a: &x: anchors are not taken; remove it"),
        ("a: 1\nb: *x", "x.yaml:2:4: b: *x: aliases are not taken; write the value out"),
        ("a:\n  <<: {b: 1}", "x.yaml:2:3: a: <<: merge keys are not taken; write the fields out"),
        ("a: !!python/object:os.system x", "x.yaml:1:4: a: !!python/object:os.system: tags are not taken; remove it"),
        ("a: !secret x", "x.yaml:1:4: a: !secret: tags are not taken; remove it"),
        ("spec:\n  a: 1\n  a: 2", "x.yaml:3:3: spec.a: is written twice in this map; remove one of the two"),
        ("? [a]\n: 1", "x.yaml:1:3: a key is a map or a list; a key is text"),
        ("~: 1", "x.yaml:1:1: a key is empty; give it a name"),
        ("a: [1\nb: 2", "x.yaml:2:2: is not valid YAML: did not find expected ',' or ']'"),
        ("a: b: c", "x.yaml:1:5: is not valid YAML: mapping values are not allowed in this context"),
    ],
)
def test_what_is_not_taken_is_told_with_its_place(text: str, message: str) -> None:
    assert told(text) == [message]


def test_documents_before_the_problem_are_kept() -> None:
    documents, problems = parse("a: 1\n---\nb: [", "x.yaml")
    assert [document.data for document in documents] == [{"a": 1}]
    assert len(problems) == 1
    assert positions("a: 1\n---\nb: [")[0] == {("a",): (1, 1)}


def test_a_bomb_of_aliases_is_refused_in_bounded_time_and_memory() -> None:
    bomb = "a0: &a0 [x, x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))
    tracemalloc.start()
    started = time.perf_counter()
    assert "anchors are not taken" in told(bomb)[0]
    assert time.perf_counter() - started < 1
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 100_000, "- " * 5_000 + "x"])
def test_endless_nesting_is_refused(text: str) -> None:
    assert "is nested more than 64 levels deep; flatten it" in told(text)[0]


def test_plain_words_of_old_yaml_stay_text_and_know_their_other_reading() -> None:
    text = "a: no\nb: ON\nc: 0777\nd: 12:30\ne: 1_000\nf: 2026-01-31\ng: 'no'\nh: true\ni: 0x1F\nj: .inf"
    data = parse(text, "x.yaml")[0][0].data
    assert data == {
        "a": "no", "b": "ON", "c": "0777", "d": "12:30", "e": "1_000", "f": "2026-01-31", "g": "no", "h": True,
        "i": "0x1F", "j": ".inf",
    }  # fmt: skip
    assert {key: value.legacy for key, value in data.items() if isinstance(value, Plain)} == {
        "a": False, "b": True, "c": None, "d": None, "e": None, "i": None, "j": None,
    }  # fmt: skip


def test_numbers_remember_how_they_were_written() -> None:
    data = parse("a: 1.10\nb: 1e3\nc: 5\nd: -2\ne: '5'", "x.yaml")[0][0].data
    assert (data["a"].text, data["b"].text) == ("1.10", "1e3")
    assert isinstance(data["a"], Decimals)
    assert (data["c"], data["d"], data["e"]) == (5, -2, "5")


def test_positions_are_of_keys_and_of_items() -> None:
    text = "# comment\na:\n  - b: 1\n    c: 2\n  - 3\n---\nd: {e: 4}\n"
    assert positions(text) == (
        {("a",): (2, 1), ("a", 0): (3, 5), ("a", 0, "b"): (3, 5), ("a", 0, "c"): (4, 5), ("a", 1): (5, 5)},
        {("d",): (7, 1), ("d", "e"): (7, 5)},
    )


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"a: 1\nb: caf\xe9\n")
    assert [str(p) for p in read_text(file, "x.yaml")[1]] == [
        "x.yaml:2:7: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]
    file.write_bytes(b"a: 1\nb: \x07\n")
    assert told(read_text(file, "x.yaml")[0]) == ["x.yaml:2: holds the character 7; remove it"]


def test_a_byte_order_mark_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert parse(read_text(file, "x.yaml")[0], "x.yaml")[0][0].data == {"a": 1}


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    with file.open("wb") as handle:
        handle.truncate(MAX_BYTES + 1)
    assert [str(p) for p in read_text(file, "x.yaml")[1]] == [
        f"x.yaml: has {MAX_BYTES + 1} bytes, more than {MAX_BYTES}; split the file"
    ]


def test_a_folder_called_like_a_file_is_told(tmp_path: Path) -> None:
    assert [str(p) for p in read_text(tmp_path, "x.yaml")[1]] == ["x.yaml: is not a file; name a YAML file"]


def test_a_path_is_shown_as_people_write_it() -> None:
    assert dotted(("spec", "alerts", 1, "threshold")) == "spec.alerts[1].threshold"
    assert dotted(("metadata", "annotations", "a.b/c")) == "metadata.annotations[a.b/c]"


@given(st.text(max_size=200))
def test_any_text_is_data_or_a_problem(text: str) -> None:
    documents, problems = parse(text, "x.yaml")
    assert all(problem.message for problem in problems)
    assert all(document.line >= 1 for document in documents)
