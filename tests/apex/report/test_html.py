"""The pages as a parser of HTML5 reads them: whole, self-contained, escaped, and with everything the report has."""

import datetime
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import html5lib
import pytest

from apex.policy.evaluate import Finding, Status
from apex.policy.rule import Enforcement, Severity
from apex.policy.waivers import Waived
from apex.report.cost import CostReport
from apex.report.findings import Judgement
from apex.report.html import cost_to_html, findings_to_html, preview_to_html
from apex.report.unplanned import Unplanned

ROOT = Path(__file__).parents[3]
TODAY = datetime.date(2026, 10, 1)
NAMES = ["allowed", "empty", "hostile", "large", "refused"]


def page(text):
    """The tree of `text`; a mistake in it is an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)


def texts(tree, tag):
    return [" ".join("".join(each.itertext()).split()) for each in tree.iter(tag)]


def finding(**changes):
    kept = {
        "rule": "block_public", "title": "t", "pack": "security", "severity": Severity.HIGH,
        "enforcement": Enforcement.MANDATORY, "urn": "urn:pulumi:s::p::a:b:C::raw", "type": "a:b:C", "name": "raw",
        "message": "can be read", "fix": "Block it.", "controls": {"cis-aws": ("2.1",)}, "file": "catalog/a.yaml",
        "line": 3,
    }  # fmt: skip
    return Finding(**(kept | changes))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_valid_and_needs_nothing_else(reports, name):
    text = preview_to_html(reports(name), TODAY)
    tree = page(text)
    tags = {each.tag.rpartition("}")[2] for each in tree.iter() if isinstance(each.tag, str)}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "a", "image", "use", "base"}
    for each in tree.iter():
        assert not {"src", "href", "srcset", "action", "onload", "onclick"} & set(each.attrib)
    style = "".join(texts(tree, "style"))
    assert "url(" not in style
    assert "@import" not in style
    policy = next(each for each in tree.iter("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.get("content").startswith("default-src 'none'")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_can_be_read_without_seeing_it(reports, name):
    tree = page(preview_to_html(reports(name), TODAY))
    assert next(tree.iter("html")).get("lang") == "en"
    assert len(texts(tree, "title")[0]) > 5
    levels = [int(each.tag[1]) for each in tree.iter() if each.tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in tree.iter("table"):
        assert "".join(next(table.iter("caption")).itertext()).strip()
        assert all(each.get("scope") in ("col", "row") for each in table.iter("th"))
        assert all(len(list(row)) == len(list(next(table.iter("thead"))[0])) for row in table.iter("tr"))
    for each in tree.iter():
        if isinstance(each.tag, str) and each.tag.endswith("svg"):
            assert each.get("role") == "img"
            assert len(each.get("aria-label")) > 20
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    named = {each.get("aria-labelledby") for each in tree.iter("section")}
    assert named <= set(ids)


def test_hostile_text_is_shown_and_never_obeyed(reports, hostile):
    text = preview_to_html(reports("hostile"), TODAY)
    assert "<script" not in text
    shown = " ".join(page(text).itertext())
    assert hostile in shown
    assert text.count("</style>") == 1


def test_a_page_has_all_that_the_report_has(reports):
    tree = page(preview_to_html(reports("allowed"), TODAY))
    shown = " ".join(" ".join(tree.itertext()).split())
    assert texts(tree, "h1") == ["dev is allowed by finops, security"]
    assert texts(tree, "h2") == [
        "Budgets", "Monthly cost", "What changes", "Remarks", "Waivers", "Every line of the bill", "Assumptions",
    ]  # fmt: skip
    assert texts(tree, "h3")[:3] == ["Cost by owner", "Cost by month", "Cost by service"]
    assert texts(tree, "dd")[::2] == ["180.00", "120.01", "431.00", "+120.00", "3", "2 of 2"]
    assert "▲ a budget is exceeded for the first time: month 2: vision." in shown
    assert "exceeded in month 2" in shown
    assert (
        "waiver old-bastion until 2026-10-04 by ciso@example.com: it moves (https://example.com/1) 1 finding" in shown
    )
    assert "nothing: it is unused" in shown
    assert "half the hours of a month" in shown
    assert "Prices as of 2026-09-14" in shown
    assert "1 resource more is known to be free." in shown
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in tree.iter("tr")]
    assert ["pool", "1 same, ~1 update", "100.00", "150.00", "400.00", "+90.00"] in rows
    assert ["speech", "20.01", "30.00", "31.00"] in rows
    assert ["AmazonS3", "20.01", "30.00", "31.00"] in rows
    assert ["2", "132.01", "198.00", "474.10", "vision"] in rows


def test_a_refusal_comes_before_all_figures_but_the_totals_and_names_its_fix(reports):
    tree = page(preview_to_html(reports("refused"), TODAY))
    assert texts(tree, "h2")[0] == "Refused"
    assert next(tree.iter("header")).get("class") == "bad"
    articles = [" ".join("".join(each.itertext()).split()) for each in tree.iter("article")]
    assert articles[0] == "refused finops/block_over_budget budget vision: 150.00 of 90.00 Fix: Lower it."
    assert articles[1].startswith("refused security/block_public 2 findings logs (aws:s3/bucket:Bucket)")
    assert articles[1].count("Fix: Block it.") == 1
    assert texts(tree, "dd")[-2:] == ["0 of 1", "hold"]


def test_a_bill_that_is_not_complete_says_so_everywhere(reports):
    tree = page(preview_to_html(reports("refused"), TODAY))
    assert "USD a month, incomplete" in texts(tree, "dd")
    assert "Without a price" in texts(tree, "h2")
    assert any("is not nothing" in each for each in texts(tree, "p"))
    complete = page(preview_to_html(reports("allowed"), TODAY))
    assert "Without a price" not in texts(complete, "h2")


def test_old_prices_are_warned_about(reports):
    later = datetime.date(2027, 9, 14)
    assert "Prices are 365 days old" in preview_to_html(reports("allowed"), later)
    assert "days old" not in preview_to_html(reports("allowed"), TODAY)


@pytest.mark.parametrize("name", ["allowed", "large", "refused"])
def test_the_same_report_is_the_same_page(reports, name):
    assert preview_to_html(reports(name), TODAY) == preview_to_html(reports(name), TODAY)


def test_a_page_does_not_hang_on_the_process_that_made_it(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import conftest, datetime\n"
        "from apex.report.html import preview_to_html\n"
        "print(preview_to_html(conftest._large(), datetime.date(2026, 10, 1)))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True, check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }  # fmt: skip
    assert len(made) == 1


def test_the_page_of_a_bill_alone(reports):
    preview = reports("allowed")
    report = CostReport(preview.bill, None, preview.verdicts, "direct-cost", preview.forecast)
    tree = page(cost_to_html(report, TODAY))
    assert texts(tree, "h1") == ["The monthly bill"]
    assert "Cost by component" in texts(tree, "h2")
    assert "This change" not in texts(tree, "dt")
    tree = page(cost_to_html(CostReport(preview.bill, preview.deployed, (), "even"), TODAY))
    assert "What changes" in texts(tree, "h2")
    assert "+120.00" in texts(tree, "dd")
    over = reports("refused")
    tree = page(cost_to_html(CostReport(over.bill, None, over.verdicts, "direct-cost"), TODAY))
    assert texts(tree, "h1") == ["1 budget would be broken"]


def test_the_page_of_findings_alone(hostile, make):
    waiver = make["waiver"]()
    waived = finding(rule="keep_logs", status=Status.WAIVED, waiver=str(waiver))
    existing = finding(rule="old_thing", status=Status.EXISTING)
    findings = (finding(), finding(name=hostile, message=hostile), existing, waived)
    judgement = Judgement((), 9, Waived(findings, (waiver,), (make["waiver"]("never-used"),), (waiver,)))
    text = findings_to_html(judgement)
    tree = page(text)
    assert "<script" not in text
    assert texts(tree, "h1") == ["Refused: 2 refused, 0 advised, 1 waived, 1 existed before (0 rules, 9 resources)"]
    articles = [" ".join("".join(each.itertext()).split()) for each in tree.iter("article")]
    assert "high 2 findings" in articles[0]
    assert "raw (a:b:C), catalog/a.yaml:3" in articles[0]
    assert "cis-aws: 2.1" in articles[0]
    assert [each.split()[0] for each in articles] == ["refused", "waived", "existing"]
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in tree.iter("tr")]
    assert [str(waiver), "1 finding", "yes"] in rows
    assert [str(make["waiver"]("never-used")), "nothing: it is unused", ""] in rows


def test_no_findings_are_said_too():
    tree = page(findings_to_html(Judgement((), 1, Waived(()))))
    assert "The policies found nothing to remark." in texts(tree, "p")


def test_a_preview_without_a_plan_shows_why_and_no_figures(make, hostile):
    unplanned = Unplanned("dev", (make["event"]("block_public", "raw"),), (f"boom {hostile}",))
    tree = page(unplanned.to_html())
    assert texts(tree, "h1") == ["dev cannot be planned: 1 error"]
    assert not list(tree.iter("dl"))
    assert any("boom" in each for each in texts(tree, "li"))
    assert "Fix: Mend it." in unplanned.to_text()
    assert "<script" not in unplanned.to_markdown()
    assert '"allowed": false' in unplanned.to_json()
