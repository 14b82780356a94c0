"""Staff in somebody's name and out again, and a key that is shown once, as a browser meets them."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import UserFactory
from tests.browser.axe import findings
from tests.browser.modules import await_module

IS_COPIED = "async wanted => await navigator.clipboard.readText() === wanted"
SHOTS = os.environ.get("SHOTS")


def shot(page: Page, name: str) -> None:
    """For whoever wants to look: `SHOTS=folder` keeps pictures in both themes and two widths."""
    if not SHOTS:
        return
    for theme in ("light", "dark"):
        for width in (360, 1280):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png")


@pytest.mark.parametrize("width", [360, 1280])
def test_an_admin_acts_as_a_student_sees_it_on_every_page_and_steps_out(page_of, admin, width):
    student = UserFactory(name="Diya Patel", email="diya@example.org")
    page = page_of(admin)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/admin/accounts/user/{student.pk}/change/")
    shot(page, "person")
    page.get_by_role("button", name="Act as Diya").click()
    banner = page.get_by_role("complementary", name="Acting as somebody else")
    for path in ("/", "/dashboard/", "/profile/"):
        page.goto(path)
        expect(banner).to_contain_text("You act as Diya Patel")
        page.mouse.wheel(0, 2000)
        expect(banner).to_be_in_viewport()
    page.goto("/dashboard/")
    shot(page, "dashboard")
    assert findings(page, ["/dashboard/"]) == []
    banner.get_by_role("button", name="Step out").click()
    expect(page).to_have_url(f"/admin/accounts/user/{student.pk}/change/")
    expect(banner).to_have_count(0)


def test_a_key_is_made_copied_and_revoked(page_of, context, admin):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = page_of(admin)
    page.goto("/security/api-keys/")
    shot(page, "keys-none")
    page.get_by_role("textbox", name="Name").fill("Placement office")
    page.get_by_text("users:read").click()
    page.get_by_role("button", name="Make the key").click()
    key = page.locator("figure code")
    expect(key).to_contain_text("apn_")
    shot(page, "keys-made")
    await_module(page, "copy-text")
    page.locator("copy-text button").click()
    page.wait_for_function(IS_COPIED, arg=key.inner_text())
    page.get_by_role("link", name="Revoke Placement office").click()
    expect(page.get_by_role("heading", name="Revoke this key?")).to_be_visible()
    assert findings(page, [urlsplit(page.url).path]) == []
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert findings(page, ["/security/api-keys/"]) == []


def test_the_admins_first_page_and_the_audit_log(page_of, superadmin):
    page = page_of(superadmin)
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Failed sign-ins")).to_be_visible()
    shot(page, "admin")
    page.goto("/admin/accounts/auditentry/?what=sign-ins")
    shot(page, "audit")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take this list away as CSV").click()
    assert download.value.suggested_filename.startswith("audit-log-")
