"""Charts come late, follow the theme, and are a table wherever they cannot be drawn."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.modules import await_module

PAGE = "/styleguide/chart/"
HOURS = "#chart-hours"
# How many dots of the drawing have about this colour.
DOTS = """
([selector, wanted]) => {
  const { width, height } = document.querySelector(`${selector} canvas`);
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(document.querySelector(`${selector} canvas`), 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    found += wanted.every((part, index) => Math.abs(data[at + index] - part) < 8)
      && data[at + 3] > 250;
  }
  return found;
}
"""
MANY_DOTS = 1_000
LIGHT_INK, DARK_INK = [0, 93, 148], [94, 199, 243]
RUNNING = "Chart.getChart(document.querySelector('#chart-hours canvas')).options.animation"


@pytest.fixture
def charts(page_of, superadmin) -> Page:
    page = page_of(superadmin)
    page.goto(PAGE)
    return page


def drawn(page: Page, selector: str = HOURS) -> None:
    page.locator(f"{selector} chart-drawing").scroll_into_view_if_needed()
    expect(page.locator(f"{selector} chart-drawing")).to_have_attribute("data-drawn", "")


def expect_ink(page: Page, ink: list[int]) -> None:
    """What grows is not there at once."""
    page.wait_for_function(f"args => ({DOTS})(args) > {MANY_DOTS}", arg=[HOURS, ink])


def test_every_kind_is_drawn_and_has_its_numbers_beside_it(charts):
    for name in ("hours", "work", "states", "scores"):
        drawn(charts, f"#chart-{name}")
        numbers = charts.locator(f"#chart-{name} details")
        expect(numbers.locator("table")).to_be_hidden()
        numbers.locator("summary").click()
        expect(numbers.locator("table")).to_be_visible()
    seventh = charts.locator("#chart-work tbody tr").nth(6)
    expect(seventh.locator("th, td")).to_have_text(["Week 7", "17", "\N{EN DASH}"])


def test_the_library_comes_once_and_only_where_a_chart_is(page_of, superadmin):
    page = page_of(superadmin)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/styleguide/card/", wait_until="networkidle")
    assert not [url for url in asked if "vendor/js/chart" in url]
    page.goto(PAGE)
    drawn(page)
    drawn(page, "#chart-scores")
    assert len([url for url in asked if "vendor/js/chart" in url]) == 1


def test_the_drawing_follows_the_device_and_the_theme_that_is_chosen(charts):
    drawn(charts)
    expect_ink(charts, LIGHT_INK)
    charts.emulate_media(color_scheme="dark")
    expect_ink(charts, DARK_INK)
    await_module(charts, "#user-menu theme-switch")
    charts.locator("[popovertarget=user-menu]").click()
    charts.locator("#user-menu").get_by_role("button", name="Light").click()
    expect_ink(charts, LIGHT_INK)


def test_on_paper_it_is_dark_on_white_and_its_numbers_are_there(charts):
    charts.emulate_media(color_scheme="dark")
    drawn(charts)
    charts.emulate_media(media="print", color_scheme="dark")
    expect_ink(charts, LIGHT_INK)
    expect(charts.locator(f"{HOURS} tbody tr").first).to_be_visible()


def test_nothing_grows_for_those_who_want_no_motion(charts):
    drawn(charts)
    assert charts.evaluate(f"{RUNNING}.duration") > 0
    charts.emulate_media(reduced_motion="reduce")
    charts.reload()
    drawn(charts)
    assert charts.evaluate(RUNNING) is False


def test_where_the_library_does_not_come_the_table_opens(page_of, superadmin, watch):
    watch.expect("ERR_FAILED")
    page = page_of(superadmin)
    page.route("**/vendor/js/chart*", lambda route: route.abort())
    page.goto(PAGE)
    expect(page.locator(f"{HOURS} table")).to_be_visible()
    expect(page.locator(f"{HOURS} chart-drawing")).to_be_hidden()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_there_is_the_table_alone(page_of, superadmin):
    page = page_of(superadmin)
    page.goto(PAGE)
    expect(page.locator(f"{HOURS} table")).to_be_visible()
    expect(page.locator(f"{HOURS} chart-drawing")).to_be_hidden()
