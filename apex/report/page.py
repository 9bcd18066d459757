"""A report as one HTML file that needs nothing else: no network, no script, its style and charts inside it.

A page is data here; `templates/page.html.j2` gives it its form. Everything is escaped unless it is one of our charts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from apex.report.charts import SERIES
from apex.report.grouping import Group
from apex.report.listing import counted


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the numbers at the top: what it is, the number, and a word on it. `tone`: good, bad, or plain."""

    label: str
    value: str
    note: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption. The first column names a row; `numbers` says which columns hold figures."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    total: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, what it shows, and its figures as a table."""

    title: str
    drawing: Markup
    note: str
    table: Table


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget and its verdict. `share` is the expected part of the limit in percent, as drawn: at most 100."""

    name: str
    scope: str
    state: str
    tone: str
    spend: str
    limit: str
    period: str
    percent: str
    share: int
    peak: str
    added: str
    exceeded: str
    message: str


@dataclass(frozen=True, slots=True)
class BillLine:
    """A resource on the bill with its priced parts."""

    name: str
    type: str
    amounts: tuple[str, str, str]
    parts: tuple[tuple[str, str, str, str, str], ...]
    """Name, quantity with its unit, and the amounts."""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report. What is empty is left out, except that a page says when it has no findings."""

    title: str
    verdict: str
    tone: str
    currency: str = ""
    figures: tuple[Figure, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    refused: tuple[Group, ...] = ()
    remarks: tuple[Group, ...] = ()
    budgets: tuple[BudgetLine, ...] = ()
    charts: tuple[Chart, ...] = ()
    changes: Table | None = None
    changes_title: str = "What changes"
    waivers: Table | None = None
    unpriced: Table | None = None
    bill: tuple[BillLine, ...] = ()
    free: int = 0
    assumptions: Table | None = None
    notes: tuple[str, ...] = ()
    judged: bool = True
    key: tuple[str, ...] = field(default=SERIES)


def render(page: Page) -> str:
    """`page` as HTML; the same bytes for the same page."""
    return _template().render(page=page) + "\n"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    return environment.get_template("page.html.j2")


def _read(name: str) -> str:
    return files("apex.report").joinpath("templates", name).read_text(encoding="utf-8")
