"""The front page and the way in, by mouse, by keyboard, and standing still."""

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import PASSWORD
from tests.browser.modules import await_modules

LOGIN = "/accounts/login/"
MOVING = """
() => document.getAnimations().filter(
  (each) => each.playState === "running" && each.effect.getTiming().iterations === Infinity
).length
"""


def test_a_wrong_password_is_said_where_the_focus_is(page: Page, student):
    page.goto(LOGIN)
    page.get_by_label("E-mail address").fill(student.email)
    page.get_by_role("textbox", name="Password").fill("not this one")
    page.keyboard.press("Enter")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("is not right")
    expect(page.get_by_label("E-mail address")).to_have_value(student.email)


def test_signing_in_takes_no_mouse(page: Page, student):
    page.goto(LOGIN)
    await_modules(page)
    page.get_by_label("E-mail address").focus()
    page.keyboard.type(student.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show the password")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Forgotten?")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Keep me signed in on this device")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/dashboard/")


def test_a_password_can_be_looked_at(page: Page):
    page.goto(LOGIN)
    field = page.get_by_role("textbox", name="Password")
    field.fill("seen by me alone")
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide the password").click()
    expect(field).to_have_attribute("type", "password")


def test_the_drawing_moves_until_it_is_held_still(page: Page):
    page.goto("/")
    assert page.evaluate(MOVING) > 0
    page.get_by_label("Hold still").check()
    assert page.evaluate(MOVING) == 0


def test_the_drawing_stands_still_for_those_who_want_no_motion(page: Page):
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    assert page.evaluate(MOVING) == 0
    expect(page.get_by_label("Hold still")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1440])
def test_the_front_page_is_never_wider_than_the_screen(page: Page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", LOGIN):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_signing_out_by_its_page_leads_to_the_front_page(page_of, student):
    page = page_of(student)
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/")
