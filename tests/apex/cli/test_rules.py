"""`apex rules`: the pages of the rules are those of the rules that there are."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from apex.cli.rules import rules
from apex.policy.packs import Pack, load_packs
from apex.report.rules import to_page

ROOT = Path(__file__).parents[3]
PACKS = load_packs(ROOT / "policy_packs")


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_the_page_of_a_pack_is_up_to_date(pack: Pack) -> None:
    page = (ROOT / "docs" / "rules" / f"{pack.name}.md").read_text(encoding="utf-8")
    assert page == to_page(pack), "run `apex rules --out docs/rules`"


def test_no_page_is_of_a_pack_that_is_gone() -> None:
    assert {page.stem for page in (ROOT / "docs" / "rules").glob("*.md")} == {pack.name for pack in PACKS}


def test_every_rule_is_listed_in_every_form(tmp_path: Path) -> None:
    total = sum(len(pack.rules) for pack in PACKS)
    listed = json.loads(CliRunner().invoke(rules, ["--format", "json"]).output)
    assert len(listed) == total == len(CliRunner().invoke(rules, []).output.splitlines())
    assert all(entry["fix"] and entry["why"] and entry["severity"] for entry in listed)
    assert f"{total} rules in" in CliRunner().invoke(rules, ["--out", str(tmp_path)]).output
