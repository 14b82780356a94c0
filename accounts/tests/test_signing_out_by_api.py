"""Signing out with a token in hand: here, or everywhere."""

import pytest
from django.test import Client

from accounts.actions.sign_ins import start_token_sign_in
from accounts.models import SignIn
from accounts.tests.factories import sign_in_browser
from core.callers import Caller
from core.clock import now

LOGOUT = "/api/auth/logout/"
ME = "/api/auth/me/"

pytestmark = pytest.mark.django_db


def tokens_of(user):
    return start_token_sign_in(user, way="password", caller=Caller(), at=now())


def bearer(tokens):
    return {"Authorization": f"Bearer {tokens.access}"}


def test_with_a_refresh_token_that_sign_in_ends_and_no_other(api, student):
    here, there = tokens_of(student), tokens_of(student)
    answer = api.post(LOGOUT, {"refresh": here.refresh}, headers=bearer(here))
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(ME, headers=bearer(here)).status_code == 401
    assert api.get(ME, headers=bearer(there)).status_code == 200


def test_without_one_every_sign_in_of_that_person_ends(api, student, trainer):
    here, there, others = tokens_of(student), tokens_of(student), tokens_of(trainer)
    browser = Client()
    sign_in_browser(browser, student)
    assert api.post(LOGOUT, headers=bearer(here)).status_code == 204
    for tokens, status in ((here, 401), (there, 401), (others, 200)):
        assert api.get(ME, headers=bearer(tokens)).status_code == status
    assert browser.get("/dashboard/").status_code == 302


def test_a_refresh_token_is_proof_enough(api, student):
    tokens = tokens_of(student)
    assert api.post(LOGOUT, {"refresh": tokens.refresh}).status_code == 204
    assert SignIn.objects.get().end_reason == SignIn.End.SIGNED_OUT


def test_signing_out_twice_is_as_good_as_once(api, student):
    tokens = tokens_of(student)
    for _ in range(2):
        assert api.post(LOGOUT, {"refresh": tokens.refresh}).status_code == 204


def test_nobody_signs_somebody_else_out(api, student, trainer):
    mine, theirs = tokens_of(student), tokens_of(trainer)
    answer = api.post(LOGOUT, {"refresh": theirs.refresh}, headers=bearer(mine))
    assert answer.status_code == 401
    assert api.get(ME, headers=bearer(theirs)).status_code == 200


@pytest.mark.parametrize("raw", ["gone", "a.b.c"])
def test_a_token_that_is_none_signs_nobody_out(api, student, raw):
    answer = api.post(LOGOUT, {"refresh": raw}, headers=bearer(tokens_of(student)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_TOKEN")
    assert SignIn.objects.get().ended_at is None


def test_an_access_token_is_no_refresh_token(api, student):
    assert api.post(LOGOUT, {"refresh": tokens_of(student).access}).status_code == 401


def test_whoever_is_nobody_has_nothing_to_sign_out_of(api):
    answer = api.post(LOGOUT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")


def test_a_browser_signs_out_by_api_too_with_its_pages_token(student):
    browser = Client(enforce_csrf_checks=True)
    sign_in_browser(browser, student)
    assert browser.post(LOGOUT, content_type="application/json").status_code == 403
    browser.get("/accounts/logout/")
    token = browser.cookies["csrftoken"].value
    answer = browser.post(LOGOUT, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 204
    assert browser.get("/dashboard/").status_code == 302
