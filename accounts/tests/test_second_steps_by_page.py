"""The second factor on pages: asked after every first proof, and skipped by none."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.actions.second_factors import Place, spend_code
from accounts.demo import PEOPLE
from accounts.models import SignIn
from accounts.passkeys import ask_for_proof
from accounts.tests.authenticators import code_at, give_app, give_passkey, recovery_codes_of
from accounts.tests.factories import PASSWORD, UserFactory
from core.callers import Caller
from core.clock import now

LOGIN = "/accounts/login/"
STEP = "/accounts/2fa/authenticate/"
DASHBOARD = "/dashboard/"
PASSKEY = "/accounts/2fa/webauthn/login/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded(student):
    give_app(student)
    return student


def sign_in(client, user, **more):
    return client.post(LOGIN, {"login": user.email, "password": PASSWORD, **more})


def is_in(client):
    return client.get(DASHBOARD).status_code == 200


def test_the_password_alone_leads_to_the_second_step_and_opens_nothing(client, guarded):
    assert sign_in(client, guarded)["Location"] == STEP
    assert not is_in(client)
    assert not SignIn.objects.exists()
    assert client.get(STEP).status_code == 200


def test_a_code_opens_the_page_that_was_asked_for(client, guarded):
    sign_in(client, guarded, next="/styleguide/")
    answer = client.post(STEP, {"code": code_at(now())})
    assert answer["Location"] == "/styleguide/"
    one = SignIn.objects.get()
    assert (one.way, one.has_second_factor) == ("password", True)
    assert is_in(client)


def test_a_wrong_code_is_told_at_its_field(client, guarded):
    sign_in(client, guarded)
    answer = client.post(STEP, {"code": "000000"})
    assert answer.status_code == 200
    assert "code" in answer.context["form"].errors
    assert not is_in(client)


def test_after_five_wrong_codes_the_page_says_how_long_to_wait(client, guarded):
    sign_in(client, guarded)
    for _ in range(5):
        client.post(STEP, {"code": "000000"})
    answer = client.post(STEP, {"code": code_at(now())})
    assert (answer.status_code, answer["Retry-After"]) == (429, "10")


def test_a_recovery_code_opens_it_too(client, guarded):
    sign_in(client, guarded)
    assert "Recovery code" in client.get(f"{STEP}?with=recovery").content.decode()
    client.post(f"{STEP}?with=recovery", {"code": recovery_codes_of(guarded)[3]})
    assert is_in(client)


def test_a_code_that_was_used_by_an_app_opens_no_page(client, guarded):
    at = now()
    code = code_at(at)
    spend_code(guarded, code=code, place=Place(Caller()), at=at)
    sign_in(client, guarded)
    client.post(STEP, {"code": code})
    assert not is_in(client)


def test_a_passkey_is_a_second_step_as_well(client, student):
    device = give_passkey(student)
    sign_in(client, student)
    question = client.get(STEP).context["passkey"]
    sent = {"token": question.token, "credential": json.dumps(device.get(question.options))}
    client.post(STEP, sent)
    assert is_in(client)
    assert SignIn.objects.get().has_second_factor


def test_the_passkey_of_another_is_no_second_step(client, student):
    give_passkey(student)
    other = UserFactory()
    device = give_passkey(other)
    sign_in(client, student)
    theirs = ask_for_proof(other, at=now())
    sent = {"token": theirs.token, "credential": json.dumps(device.get(theirs.options))}
    assert client.post(STEP, sent).status_code == 200
    assert not is_in(client)


def test_a_new_password_ends_the_step_that_waits(client, guarded):
    sign_in(client, guarded)
    guarded.set_password("another horse battery")
    guarded.save()
    assert client.post(STEP, {"code": code_at(now())})["Location"] == LOGIN
    assert not is_in(client)


def test_the_step_is_nothing_without_a_first_proof(client, guarded):
    assert client.get(STEP)["Location"] == LOGIN
    assert client.post(STEP, {"code": code_at(now())})["Location"] == LOGIN


def test_one_step_passed_does_not_pass_the_next(client, guarded):
    sign_in(client, guarded)
    client.post(STEP, {"code": code_at(now())})
    client.post("/accounts/logout/")
    assert sign_in(client, guarded)["Location"] == STEP


def test_the_door_of_the_demo_asks_for_it_too(client, settings):
    settings.DEMO = True
    person = UserFactory(email=PEOPLE[0].email)
    give_app(person)
    answer = client.post("/accounts/demo/", {"email": person.email})
    assert answer["Location"] == STEP
    assert not is_in(client)


def test_the_admin_has_no_door_of_its_own(client, admin):
    give_app(admin)
    assert sign_in(client, admin, next="/admin/")["Location"] == STEP
    assert client.get("/admin/").status_code == 302
    client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 302


def test_a_passkey_signs_in_by_page_without_a_second_step(client, student):
    give_app(student)
    device = give_passkey(student)
    question = client.post("/api/auth/passkeys/login/begin/").json()
    credential = json.dumps(device.get(question["options"]))
    sent = {"token": question["token"], "credential": credential, "next": "/styleguide/"}
    assert client.post(PASSKEY, sent)["Location"] == "/styleguide/"
    one = SignIn.objects.get()
    assert (one.way, one.has_second_factor) == ("passkey", True)
    assert is_in(client)


@pytest.mark.parametrize(
    "sent", [{}, {"token": "x", "credential": "{"}, {"token": "x", "credential": "[]"}]
)
def test_what_is_no_passkey_leads_back_to_the_sign_in_page(client, sent):
    assert client.post(PASSKEY, sent)["Location"] == LOGIN


def test_a_form_from_elsewhere_signs_nobody_in(student):
    device = give_passkey(student)
    question = ask_for_proof(None, at=now())
    sent = {"token": question.token, "credential": json.dumps(device.get(question.options))}
    assert Client(enforce_csrf_checks=True).post(PASSKEY, sent).status_code == 403


def test_passing_changes_the_name_of_the_session(client, guarded):
    sign_in(client, guarded)
    before = client.session.session_key
    client.post(STEP, {"code": code_at(now())})
    assert client.session.session_key != before


def test_an_app_dropped_meanwhile_is_not_asked_for(client, guarded):
    sign_in(client, guarded)
    Authenticator.objects.all().delete()
    assert client.get(STEP)["Location"] == LOGIN
