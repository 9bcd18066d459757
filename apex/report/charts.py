"""Bar charts of money as plain SVG for a page: no script, no style of their own, nothing that differs between runs.

pygal draws; what it adds for its own pages (scripts, styles, the date, ids) is taken out, and the page's style sheet
colours the rest, so that a chart follows the page into dark mode.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pygal
from markupsafe import Markup
from pygal.style import Style

from apex.pricing.quantity import Quantity, cents

_SVG = "{http://www.w3.org/2000/svg}"
_WIDTH = 380
_ROW = 34
_AROUND = 44
"""Height of the axis of a chart with rows."""
_LABEL = 19
"""Letters of a label that leave room for the bars on a phone."""
SERIES = ("low", "up to expected", "up to peak")
"""What the parts of a bar stand for, in the order of their colours; the page shows the key."""
_STYLE = Style(label_font_size=14, major_label_font_size=14)


@dataclass(frozen=True, slots=True)
class Bar:
    """What one bar shows: its name and the cost in the three cases, each at least the one before it."""

    name: str
    amount: Quantity


def rows(bars: Iterable[Bar], name: str, description: str) -> Markup:
    """A horizontal bar for each of `bars`, the first at the top. `name` and `description` say it to who cannot see."""
    drawn = list(bars)[::-1]  # pygal starts at the bottom
    chart = pygal.HorizontalStackedBar(height=_AROUND + _ROW * max(len(drawn), 1), **_options())
    return _drawn(chart, drawn, name, description)


def columns(bars: Iterable[Bar], name: str, description: str) -> Markup:
    """A column for each of `bars`, the first at the left."""
    chart = pygal.StackedBar(height=240, **_options())
    return _drawn(chart, list(bars), name, description)


def largest(amounts: Mapping[str, Quantity], count: int, rest: str) -> list[Bar]:
    """A bar for each of the `count` largest by what is expected, and one that holds all the others."""
    ordered = sorted(amounts.items(), key=lambda each: (-each[1].expected, -each[1].peak, each[0]))
    shown = ordered if len(ordered) <= count + 1 else ordered[:count]
    bars = [Bar(name, amount) for name, amount in shown]
    if others := ordered[len(shown) :]:
        low, expected, peak = (sum(amount.cases[i] for _, amount in others) for i in range(3))
        bars.append(Bar(rest.format(len(others)), Quantity.of(low, expected, peak)))
    return bars


def _options() -> dict[str, object]:
    return {
        "style": _STYLE,
        "js": [],
        "width": _WIDTH,
        "margin": 8,
        "spacing": 8,
        "explicit_size": False,
        "truncate_label": -1,
        "show_legend": False,
        "include_x_axis": True,
        "value_formatter": lambda amount: f"{amount:,.10g}",
        "min_scale": 3,
        "max_scale": 5,
        "no_data_text": "nothing",
    }


def _drawn(chart: "pygal.graph.graph.Graph", bars: list[Bar], name: str, description: str) -> Markup:
    chart.x_labels = [_short(bar.name) for bar in bars]
    steps: list[list[dict[str, object]]] = [[], [], []]
    for bar in bars:
        before = Decimal(0)
        for step, case in zip(steps, bar.amount.cases, strict=True):
            amount = cents(case)
            said = f"{bar.name}: {amount:,.2f}"
            step.append({"value": float(max(amount - before, Decimal(0))), "label": said})
            before = amount
    for series, values in zip(SERIES, steps, strict=True):
        chart.add(series, values)
    # Read back from text: whichever library pygal builds its tree with, the rest sees the same one, without comments.
    svg = ET.fromstring(chart.render(is_unicode=True))  # noqa: S314 - pygal's own text, made a moment ago
    _strip(svg)
    svg.attrib.update({"role": "img", "aria-label": f"{name}. {description}"})
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 - a tree's own text, escaped as it is written


def _strip(svg: ET.Element) -> None:
    """Take out what is pygal's, and make titles, which browsers show by themselves, of its notes to its script."""
    for element in svg.iter():
        element.tag = element.tag.removeprefix(_SVG)
    _without(svg, lambda child: child.tag in ("defs", "title"))
    for parent in list(svg.iter()):
        parent.attrib.pop("id", None)
        _without(parent, lambda child: child.get("class", "").startswith(("plot overlay", "plot t", "titles")))
        described = [child for child in parent if child.tag == "desc"]
        label = next((child.text for child in described if child.get("class") == "label"), None)
        for child in described:
            parent.remove(child)
        if label:
            ET.SubElement(parent, "title").text = label
        elif parent.get("class") == "guides":
            _without(parent, lambda child: child.tag == "title")
        parent.attrib.update(sorted((key, parent.attrib.pop(key)) for key in list(parent.attrib)))


def _without(parent: ET.Element, unwanted: Callable[[ET.Element], bool]) -> None:
    for child in [child for child in parent if unwanted(child)]:
        parent.remove(child)


def _short(name: str) -> str:
    return name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…"
