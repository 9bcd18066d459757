"""The text, Markdown and JSON of a preview, held against files that were read by a person."""

import json
from pathlib import Path

import pytest

from apex.report.markdown import to_markdown
from apex.report.preview import to_json, to_text

GOLDEN = Path(__file__).parent / "golden"
COMMENT = 65_536 - 200
"""What GitHub takes, less what the workflow adds."""
FORMS = {"txt": to_text, "md": to_markdown, "json": to_json}


@pytest.fixture(autouse=True)
def prices_are_fresh(monkeypatch):
    """The age of the prices is told from the clock, which no golden file can follow."""
    monkeypatch.setattr("apex.report.preview.age_warning", lambda bill: None)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["allowed", "refused", "empty"])
def test_reports_are_as_they_were_read(reports, name, form):
    assert FORMS[form](reports(name)) == (GOLDEN / f"{name}.{form}").read_text(encoding="utf-8")


def test_what_has_no_price_is_missing_and_not_nothing(reports):
    text, markdown = to_text(reports("refused")), to_markdown(reports("refused"))
    assert "Total of what has a price" in text
    assert "1 resource without a price" in text
    assert "Thing odd: no adapter for aws:x/y:Thing" in text
    assert "without 1 resource that has no price" in markdown
    assert "total of what has a price" in markdown
    document = json.loads(to_json(reports("refused")))
    assert document["cost"]["complete"] is False
    odd = next(each for each in document["cost"]["resources"] if each["type"] == "aws:x/y:Thing")
    assert odd["unpriced"].startswith("no adapter")


def test_old_prices_are_warned_about(reports, monkeypatch):
    monkeypatch.setattr("apex.report.preview.age_warning", lambda bill: "prices are 200 days old")
    assert "warning: prices are 200 days old" in to_text(reports("allowed"))


def test_wide_names_do_not_move_the_columns(make):
    bill = make["bill"](make["priced"]("x", 1, component="c" * 90), make["priced"]("y", 2, component="short"))
    lines = to_text(make["report"](bill)).splitlines()
    rows = [line for line in lines if line.endswith(("1.00", "2.00")) and line[0] in "cs"]
    assert len(rows) == 2
    assert len({len(row) for row in rows}) == 1


def test_hostile_text_stays_inside_its_cell(reports, hostile):
    markdown = to_markdown(reports("hostile"))
    assert "<script" not in markdown
    assert hostile not in markdown
    for line in markdown.splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in (4, 5)


def test_a_comment_that_would_be_too_long_says_what_it_leaves_out(make):
    resources = [make["priced"](f"resource-{number}", number) for number in range(2000)]
    text = to_markdown(make["report"](make["bill"](*resources)))
    assert len(text) <= COMMENT
    assert "left out: every resource of the bill." in text
    assert "Changes by component" in text


def test_refusals_are_the_last_to_be_cut_and_are_counted(make):
    events = [make["event"]("block_public", f"bucket-{number}", "x" * 300) for number in range(1000)]
    text = to_markdown(make["report"](make["bill"](), events=events, errors=["e" * 10_000] * 50))
    assert len(text) <= COMMENT
    assert "### Refused" in text
    shown = text.count("| security/block_public |")
    assert shown > 10
    assert f"_and {1000 - shown} more findings, too long for a comment_" in text
    assert "- and 30 more errors" in text


def test_a_single_endless_message_is_cut(make):
    text = to_markdown(make["report"](make["bill"](), events=[make["event"]("a", "b", "y" * 100_000)]))
    assert len(text) <= COMMENT
    assert "… (98000 more characters)" in text
