"""What may move stands still for those who asked for that, and long words widen no page."""

import pytest

from tests.browser.holding import WIDER_THAN_SCREEN, ZOOMED

# In each heading, heading of a row, line of facts, label and button of the page.
LENGTHEN = """
for (const each of document.querySelectorAll("#main :is(h1, h2, h3, tbody th, dd, label, p)")) {
  each.append(" " + "x".repeat(200));
}
"""
MOVING = """
document.getAnimations()
  .filter((each) => Number(each.effect.getComputedTiming().activeDuration) > 1)
  .map((each) => each.animationName ?? each.transitionProperty)
"""


@pytest.mark.parametrize("component", ["skeleton", "progress", "dialog", "toast"])
def test_nothing_moves_for_those_who_asked_for_that(page_of, superadmin, component):
    page = page_of(superadmin)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"/styleguide/{component}/")
    assert page.evaluate(MOVING) == []


def test_for_the_others_what_loads_is_seen_to(page_of, superadmin):
    page = page_of(superadmin)
    page.emulate_media(reduced_motion="no-preference")
    page.goto("/styleguide/skeleton/")
    assert page.evaluate(MOVING) != []


def test_for_those_who_need_it_contrasts_grow(page_of, superadmin):
    page = page_of(superadmin)
    page.goto("/styleguide/card/")
    lead = page.locator(".page-lead")
    colour = "element => getComputedStyle(element).color"
    usual = lead.evaluate(colour)
    page.emulate_media(contrast="more")
    assert lead.evaluate(colour) != usual
    assert page.locator("#main h1").evaluate(colour) == "rgb(0, 0, 0)"


def test_words_without_an_end_and_lines_from_the_right_widen_no_page(page_of, superadmin):
    """Names, addresses and file names are as long as people make them."""
    page = page_of(superadmin)
    page.set_viewport_size(ZOOMED)
    found = []
    for name in ("list", "detail", "dashboard", "queue", "editor"):
        page.goto(f"/styleguide/layouts/{name}/")
        page.evaluate(LENGTHEN)
        found += [f"{name}: {wide}" for wide in page.evaluate(WIDER_THAN_SCREEN)]
        page.evaluate("document.documentElement.dir = 'rtl'")
        found += [f"{name}, rtl: {wide}" for wide in page.evaluate(WIDER_THAN_SCREEN)]
    assert found == []
