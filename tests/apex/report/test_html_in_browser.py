"""The page as a real browser shows it: on a desk, on a phone, in the dark. `make test` brings a browser where none is.

Where there is none and none can be brought (no npm), these are left out; `test_html.py` reads the same pages.
"""

import os

import pytest
from playwright.sync_api import sync_playwright

from apex.report.html import preview_to_html
from sandbox import browser as machine

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser():
    program = machine.program()
    if program is None:
        if machine.can_be_brought():
            pytest.fail("no Chromium: run `.venv/bin/python -m sandbox.browser`, which `make test` does")
        pytest.skip("no Chromium on this machine, and no npm to bring one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=QUIET, env=os.environ | machine.variables(), timeout=60_000
        )
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser, reports, tmp_path):
    """Opens the page of a report, and keeps whatever it asks for or complains of."""

    def opened(name, size="desk", scheme="light"):
        file = tmp_path / f"{name}.html"
        file.write_text(preview_to_html(reports(name)), encoding="utf-8")
        width, height = SIZES[size]
        mobile = size == "phone"
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme=scheme, is_mobile=mobile, has_touch=mobile
        )
        page.trouble = []
        page.on("console", lambda message: page.trouble.append(message.text))
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on("dialog", lambda dialog: (page.trouble.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.trouble.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield opened
    for context in browser.contexts:
        context.close()


def box(page, selector):
    return page.locator(selector).first.bounding_box()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["large", "hostile", "refused"])
def test_a_page_fits_its_screen_and_asks_for_nothing(show, name, size, tmp_path):
    page = show(name, size)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert page.evaluate("innerWidth") == SIZES[size][0]
    assert page.trouble == []
    for figure in page.locator(".charts svg").all():
        assert figure.bounding_box()["width"] > 250
    assert page.evaluate(
        "[...document.querySelectorAll('h1, h2, p, summary, li, figure')].filter("
        "each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).position != 'absolute').length"
    ) == 0  # fmt: skip
    picture = tmp_path / f"{name}-{size}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 10_000


def test_a_desk_shows_charts_side_by_side_and_a_phone_below_each_other(show):
    desk = [each.bounding_box()["x"] for each in show("large").locator("figure").all()]
    phone = [each.bounding_box()["x"] for each in show("large", "phone").locator("figure").all()]
    assert (len(set(desk)), len(set(phone))) == (2, 1)


@pytest.mark.parametrize("size", SIZES)
def test_bars_are_as_long_as_the_cost_they_stand_for(show, size):
    page = show("large", size)
    for drawn in page.locator("figure rect.rect").all():
        assert drawn.is_visible()
    teams = page.locator("figure").first.locator(".series.color-0 rect")
    lengths = [each.bounding_box()["width"] for each in teams.all()]
    assert len(lengths) == 5
    # pygal draws from the bottom, where the smallest is.
    assert lengths == sorted(lengths)
    assert lengths[-1] > 20
    colours = page.evaluate("[0, 1, 2].map(n => getComputedStyle(document.querySelector(`svg .color-${n} rect`)).fill)")
    assert len(set(colours)) == 3
    keys = page.evaluate(
        "[0, 1, 2].map(n => getComputedStyle(document.querySelector(`.key .color-${n} i`)).backgroundColor)"
    )
    assert keys == colours


LUMINANCE = """() => {
  const parse = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return parse(colour);
    }
    return [255, 255, 255];
  };
  const worst = [];
  for (const each of document.querySelectorAll('body *')) {
    if (each.closest('svg') || each.closest('[aria-hidden]') || !each.checkVisibility()) continue;
    if (![...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const [a, b] = [light(parse(getComputedStyle(each).color)), light(ground(each))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    worst.push([contrast, `${each.className} ${each.textContent.slice(0, 30)}`]);
  }
  return [light(ground(document.body)), worst.sort((x, y) => x[0] - y[0])[0]];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["large", "refused"])
def test_text_stands_out_by_day_and_by_night(show, name, scheme):
    ground, (contrast, where) = show(name, scheme=scheme).evaluate(LUMINANCE)
    assert (ground > 0.8) == (scheme == "light")
    assert (ground < 0.05) == (scheme == "dark")
    assert contrast >= 4.5, where  # WCAG 2.2, level AA


def test_details_open_without_a_script(show):
    page = show("large")
    table = page.locator("figure").first.locator("table")
    assert not table.is_visible()
    page.locator("figure summary").first.click()
    assert table.is_visible()
    line = page.locator("details.line").first
    line.locator("summary").focus()
    page.keyboard.press("Enter")
    assert line.locator("table").is_visible()
    assert page.trouble == []


def test_who_cannot_see_hears_the_figures(show):
    page = show("large")
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("img", name="Cost by owner. The largest of 5 is").count() == 1
    assert page.get_by_role("img", name="Cost by month. Expected").count() == 1
    assert page.get_by_role("table", name="What each budget pays for").count() == 1
    assert page.get_by_role("region", name="Budgets").count() >= 1
