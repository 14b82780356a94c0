"""Accessibility of the security pages that are there only for somebody who has a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from accounts.tests.authenticators import give_app, give_passkey
from accounts.tests.factories import PASSWORD
from tests.browser.axe import findings

STEP = "/accounts/2fa/authenticate/"
AGAIN = "/accounts/reauthenticate/"


@pytest.fixture
def guarded(student, settings, live_platform):
    settings.FRONTEND_URL = live_platform.url
    give_app(student)
    give_passkey(student)
    return student


def test_axe_finds_nothing_for_somebody_with_every_factor(page_of, guarded):
    passkey = Authenticator.objects.get(user=guarded, type=Authenticator.Type.WEBAUTHN)
    paths = [
        "/security/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/generate/",
        f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/",
        AGAIN,
        f"{AGAIN}?with=recovery",
    ]
    assert findings(page_of(guarded), paths) == []


def test_axe_finds_nothing_on_the_second_step(page: Page, guarded):
    page.goto("/accounts/login/")
    page.get_by_label("mail").fill(guarded.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(STEP)
    assert findings(page, [STEP, f"{STEP}?with=recovery"]) == []
