import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from apex.pricing.quantity import Quantity
from apex.report.charts import Bar, columns, largest, rows

ROOT = Path(__file__).parents[3]
BARS = [Bar("vision", Quantity.of(10, 20, 40)), Bar("<b>&", Quantity.of(1, 2, 3))]


def widths(svg, series):
    group = next(each for each in svg.iter("g") if each.get("class") == f"series serie-{series} color-{series}")
    return [float(each.get("width")) for each in group.iter("rect")]


def test_the_first_bar_is_at_the_top_and_its_parts_are_in_proportion():
    svg = ET.fromstring(rows(BARS, "Cost", "By team."))
    tops = [each for each in svg.iter("text") if each.text in ("vision", "<b>&")]
    assert [each.text for each in sorted(tops, key=lambda each: float(each.get("y")))] == ["vision", "<b>&"]
    small, large = widths(svg, 0)
    assert large == pytest.approx(small * 10)
    assert widths(svg, 1)[1] == pytest.approx(large)
    assert widths(svg, 2)[1] == pytest.approx(large * 2)


def test_a_bar_says_its_figure_when_pointed_at():
    said = [each.text for each in ET.fromstring(columns(BARS, "Cost", "By month.")).iter("title")]
    assert sorted(said) == sorted(
        f"{name}: {figure}.00"
        for name, figures in (("vision", (10, 20, 40)), ("<b>&", (1, 2, 3)))
        for figure in figures
    )


def test_nothing_of_the_librarys_own_page_is_left():
    for chart in (rows(BARS, "n", "d"), columns(BARS, "n", "d"), rows([], "n", "d")):
        svg = ET.fromstring(chart)
        assert {each.tag for each in svg.iter()} <= {"svg", "g", "rect", "path", "text", "title"}
        assert not any({"id", "style", "href"} & set(each.attrib) for each in svg.iter())
        assert "http" not in chart
        assert svg.get("role") == "img"
        assert svg.get("aria-label") == "n. d"


def test_a_chart_is_the_same_in_every_process():
    code = (
        "from apex.report.charts import *; from apex.pricing.quantity import Quantity;"
        "print(rows([Bar('a', Quantity.of(1, 2, 3)), Bar('b', Quantity.of(2))], 'n', 'd'))"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(drawn) == 1


def test_what_is_too_much_for_a_chart_is_one_bar():
    amounts = {f"t{number}": Quantity.of(number) for number in range(10)}
    bars = largest(amounts, 3, "{} others")
    assert [bar.name for bar in bars] == ["t9", "t8", "t7", "7 others"]
    assert bars[-1].amount.expected == sum(range(7))
    assert len(largest(dict(list(amounts.items())[:4]), 3, "{} others")) == 4


def test_long_names_are_cut_to_leave_room_for_the_bars():
    svg = ET.fromstring(rows([Bar("x" * 50, Quantity.of(1))], "n", "d"))
    assert max(len(each.text) for each in svg.iter("text")) < 20
