"""From the front page to the dashboard on a phone, and the pages that mails lead to."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.actions.addresses import send_proof_again
from accounts.actions.invitations import invite
from accounts.actions.passwords import ask_for_reset
from accounts.actions.unlocking import tell_of_lock
from accounts.models import Role
from accounts.tests.entry import link_in, mails
from accounts.tests.factories import PASSWORD, UserFactory
from core.callers import Caller
from core.clock import now
from tests.browser.axe import findings

PHONE = {"width": 360, "height": 740}


def test_a_new_student_comes_from_the_front_page_to_the_dashboard_on_a_phone(page: Page):
    page.set_viewport_size(PHONE)
    page.goto("/")
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("Name").fill("Diya Patel")
    page.get_by_label("E-mail address").fill("diya@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Track").select_option("FSD")
    page.get_by_label("I accept the terms").check()
    press_as_soon_as_people_do(page, "Create account")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    expect(page.get_by_text("diya@example.org")).to_be_visible()

    page.goto(link_in(mails("verify")[0]))
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page).to_have_url(re.compile("/dashboard/$"))
    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()


def test_faults_of_the_form_are_told_and_lead_to_their_fields(page: Page):
    page.goto("/accounts/signup/")
    page.get_by_role("button", name="Create account").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name=re.compile("^Name")).click()
    expect(page.get_by_label("Name")).to_be_focused()


@pytest.mark.parametrize("kind", ["verify", "reset", "invitation", "sign_in_locked"])
def test_axe_finds_nothing_where_mails_lead(page: Page, student, admin, kind):
    at = now()
    waiting = UserFactory(is_proven=False)
    send_proof_again(waiting.email, is_mail_due=True, at=at)
    ask_for_reset(student.email, is_mail_due=True, at=at)
    tell_of_lock(student, brake="any", caller=Caller(), at=at)
    invite(
        email="ananya@example.org",
        role=Role.TRAINER,
        tracks=["FSD"],
        by=admin,
        caller=Caller(),
        at=at,
    )
    page.set_viewport_size(PHONE)
    assert findings(page, [link_in(mails(kind)[0])]) == []


def press_as_soon_as_people_do(page: Page, name: str) -> None:
    """Whoever is quicker than people is asked to send it again, with what they typed kept."""
    page.get_by_role("button", name=name).click()
    too_quick = page.get_by_text("That was very quick")
    sent = page.get_by_role("heading", name="Look into your mail")
    expect(too_quick.or_(sent).first).to_be_visible()
    while too_quick.is_visible():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name=name).click()
