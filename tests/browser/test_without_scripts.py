"""Pages do their work without JavaScript: on old browsers, behind strict proxies, on bad lines."""

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def test_somebody_signs_in_and_out(page: Page, student):
    page.goto("/accounts/login/")
    page.get_by_label("mail").fill(student.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()
    expect(page).to_have_url("/dashboard/")
    page.goto("/accounts/logout/")
    page.locator("#main").get_by_role("button", name="Sign out").click()
    page.goto("/dashboard/")
    expect(page).to_have_url("/accounts/login/?next=/dashboard/")


def test_menus_open_and_the_theme_in_them_is_remembered(page_of, superadmin):
    page = page_of(superadmin)
    page.goto("/styleguide/badge/")
    page.locator("[popovertarget=user-menu]").click()
    page.locator("#user-menu").get_by_role("button", name="Dark").click()
    expect(page).to_have_url("/styleguide/badge/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_panels_stand_below_each_other(page_of, superadmin):
    page = page_of(superadmin)
    page.goto("/styleguide/panels/")
    for name in ("text", "key", "past"):
        expect(page.locator(f"#panel-{name}")).to_be_visible()


def test_tables_sort_and_lists_filter(page_of, superadmin):
    page = page_of(superadmin)
    page.goto("/styleguide/table/")
    page.get_by_role("columnheader", name="Project").first.get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Project").first).to_have_attribute(
        "aria-sort", "ascending"
    )
