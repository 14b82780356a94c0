"""Passkeys in a real browser, with a device that exists in its memory alone."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.tests.authenticators import give_app
from accounts.tests.factories import PASSWORD
from tests.browser.modules import await_module, await_modules

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def plug_in(context: BrowserContext):
    """A device with a passkey's chip and a finger on it."""

    def to(page: Page, **options) -> None:
        tools = context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **options}})

    return to


def sign_in_by_password(page: Page, user) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page: Page) -> None:
    page.goto("/security/")
    page.get_by_role("link", name="Add a passkey").click()
    await_module(page, "pass-key")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    await_modules(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save", exact=True).click()
    shown = page.locator("figure code").inner_text()
    assert saved.value.path().read_text() == f"{shown}\n"
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My laptop", exact=True)).to_be_visible()


def test_somebody_adds_a_passkey_and_signs_in_with_nothing_else(page: Page, plug_in, student):
    plug_in(page)
    sign_in_by_password(page, student)
    expect(page).to_have_url("/dashboard/")
    add_passkey(page)
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/security/")
    await_module(page, "pass-key")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url("/security/")


def test_a_passkey_is_the_second_step_after_a_password(page: Page, plug_in, student):
    plug_in(page)
    sign_in_by_password(page, student)
    expect(page).to_have_url("/dashboard/")
    add_passkey(page)
    page.context.clear_cookies()
    sign_in_by_password(page, student)
    expect(page).to_have_url("/accounts/2fa/authenticate/")
    await_module(page, "pass-key")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url("/dashboard/")


def test_a_device_that_does_not_know_its_owner_leads_to_other_ways(page: Page, plug_in, student):
    plug_in(page, isUserVerified=False)
    give_app(student)
    page.goto("/accounts/login/")
    await_module(page, "pass-key")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey did not answer")).to_be_visible()
    expect(page).to_have_url("/accounts/login/")
