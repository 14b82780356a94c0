"""Pages hold still, fit into every width, and move nothing for those who asked for that."""

import pytest
from playwright.sync_api import Page

from accounts.permissions import ANONYMOUS
from accounts.roles import Role
from tests.browser.pages import pages_of, styleguide_pages

# A window of 1280 px at 400 %.
ZOOMED = {"width": 320, "height": 256}
PHONE = {"width": 360, "height": 740}
SHARES = 4
STILL = 0.01
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""
SETTLED = """
document.fonts.ready.then(() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(
    shifts.reduce((sum, shift) => sum + shift, 0))))))
"""
WIDER_THAN_SCREEN = """
[...document.querySelectorAll("body *")]
  .filter((each) => document.documentElement.scrollWidth > innerWidth
    && each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => `${each.tagName.toLowerCase()}.${each.className}`)
  .slice(0, 5)
"""
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


def unsteady(page: Page, paths: list[str]) -> list[str]:
    page.add_init_script(NOTE_SHIFTS)
    found = []
    for path in paths:
        page.set_viewport_size(PHONE)
        page.goto(path)
        shift = page.evaluate(SETTLED)
        if shift > STILL:
            found.append(f"{path} shifts by {shift:.3f}")
        page.set_viewport_size(ZOOMED)
        wide = page.evaluate(WIDER_THAN_SCREEN)
        if wide:
            found.append(f"{path} is wider than 320 px: {', '.join(wide)}")
    return found


@pytest.mark.parametrize("share", range(SHARES))
def test_pages_of_the_styleguide_hold_still_and_fit_at_400_percent(page_of, superadmin, share):
    assert unsteady(page_of(superadmin), styleguide_pages()[share::SHARES]) == []


@pytest.mark.parametrize("role", Role.values)
def test_pages_of_a_role_hold_still_and_fit_at_400_percent(page_of, request, role):
    assert unsteady(page_of(request.getfixturevalue(role)), pages_of(role)) == []


def test_pages_for_everybody_hold_still_and_fit_at_400_percent(page):
    assert unsteady(page, pages_of(ANONYMOUS)) == []


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
