"""Signing in by the page, as anybody does."""

from playwright.sync_api import Page, expect

from accounts.tests.factories import PASSWORD


def test_somebody_signs_in_and_no_page_on_the_way_says_a_word_on_the_console(page: Page, student):
    page.goto("/accounts/login/")
    page.get_by_label("mail").fill(student.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url("/dashboard/")
