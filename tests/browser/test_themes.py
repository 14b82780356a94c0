"""Light, dark or as the device has it: remembered, and there before the first paint."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.modules import await_module

GROUND = "getComputedStyle(document.documentElement).backgroundColor"
LIGHT, DARK = "rgb(252, 250, 246)", "rgb(12, 25, 34)"


@pytest.fixture
def shown(page_of, superadmin) -> Page:
    page = page_of(superadmin)
    page.goto("/styleguide/theme_switch/")
    return page


def choose(page: Page, theme: str) -> None:
    await_module(page, "theme-switch")
    with page.expect_response("**/theme/"):
        page.locator("#main").get_by_role("button", name=theme).first.click()


def test_it_changes_at_once_and_is_remembered_on_the_next_page(shown):
    choose(shown, "Dark")
    expect(shown.locator("html")).to_have_attribute("data-theme", "dark")
    answer = shown.goto("/styleguide/badge/")
    assert 'data-theme="dark"' in answer.text()
    assert shown.evaluate(GROUND) == DARK
    shown.goto("/styleguide/theme_switch/")
    choose(shown, "Device")
    assert "data-theme" not in shown.goto("/styleguide/badge/").text()
    assert shown.evaluate(GROUND) == LIGHT


def test_it_does_not_flash_since_it_needs_no_script(shown, live_platform, watch):
    watch.expect("does not provide an export")  # Of modules that are empty now.
    shown.context.add_cookies([{"name": "theme", "value": "dark", "url": live_platform.url}])
    shown.route("**/*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    shown.goto("/styleguide/badge/")
    assert shown.evaluate(GROUND) == DARK


def test_where_nothing_was_chosen_it_follows_the_device(shown):
    for scheme, ground in (("dark", DARK), ("light", LIGHT)):
        shown.emulate_media(color_scheme=scheme)
        assert shown.evaluate(GROUND) == ground


def test_what_was_chosen_outweighs_the_device(shown):
    shown.emulate_media(color_scheme="dark")
    choose(shown, "Light")
    assert shown.evaluate(GROUND) == LIGHT
