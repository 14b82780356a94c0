"""Brackets within brackets within brackets: a refusal, and no fault of ours."""

import pytest

pytestmark = pytest.mark.django_db

DEEP = "[" * 100_000


def test_a_profile(api_of, student):
    answer = api_of(student).patch("/api/auth/me/", {"notifications": DEEP}, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"notifications"}


@pytest.mark.parametrize("levels", [51, 400, 900, 100_000])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")])
def test_a_body_that_is_sound_json(api_of, student, levels, opened, closed):
    body = f'{{"notifications": {opened * levels}1{closed * levels}}}'
    answer = api_of(student).patch("/api/auth/me/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_the_answer_of_a_passkey(client):
    answer = client.post("/accounts/2fa/webauthn/login/", {"token": "x", "credential": DEEP})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")


@pytest.mark.parametrize("page", ["/accounts/reauthenticate/", "/accounts/2fa/webauthn/add/"])
def test_the_answer_of_a_passkey_of_somebody_who_is_here(client_of, student, page):
    answer = client_of(student).post(page, {"token": "x", "credential": DEEP})
    assert answer.status_code == 200


def test_the_form_by_which_apple_sends_people_back(client):
    answer = client.post("/accounts/apple/login/callback/", {"user": DEEP, "state": "x"})
    assert answer.status_code == 302


def test_the_report_of_a_browser(client):
    report = '{"csp-report":' + DEEP[:9000]
    answer = client.post("/csp-report/", report, content_type="application/csp-report")
    assert answer.status_code == 400
