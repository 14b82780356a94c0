"""Setting up and dropping an authenticator app and recovery codes by the API."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db.models import F, TextField
from django.db.models.functions import Cast
from rest_framework.test import APIClient

from accounts.actions.second_factors import SETUP_TIME, Place, begin_totp, confirm_totp
from accounts.errors import NoTotpSetup
from accounts.models import AuditEntry, SignIn, TotpSetup
from accounts.tests.authenticators import code_at, give_app, give_passkey, recovery_codes_of
from accounts.tests.factories import PASSWORD, UserFactory, bearer_of
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from core.mail.models import Mail

TOTP = "/api/auth/mfa/totp/"
CONFIRM = "/api/auth/mfa/totp/confirm/"
CODES = "/api/auth/mfa/recovery-codes/"
AGAIN = "/api/auth/reauthenticate/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def app_of():
    """A client with a token of its own, which proved itself `minutes` ago."""

    def signed_in(user, minutes=0):
        headers = bearer_of(user)
        past = now() - timedelta(minutes=minutes)
        SignIn.objects.filter(user=user).update(proved_at=past)
        return APIClient(headers=headers)

    return signed_in


def code_of(answer):
    return answer.json()["error"]["code"]


def test_an_app_is_set_up_with_a_first_code(app_of, student):
    client = app_of(student)
    setup = client.post(TOTP)
    assert setup.status_code == 201
    secret = setup.json()["secret"]
    assert f"secret={secret}&issuer=ApraNova" in setup.json()["otpauth_url"]
    assert not client.get(TOTP).json()["enabled"]
    answer = client.post(CONFIRM, {"code": code_at(now(), secret=secret)})
    assert answer.status_code == 200
    assert len(answer.json()["recovery_codes"]) == 10
    shown = client.get(TOTP).json()
    assert (shown["enabled"], shown["recovery_codes_left"]) == (True, 10)
    assert secret not in str(shown)
    assert Event.objects.filter(name="accounts.second_factor_added").count() == 1
    assert Mail.objects.get(kind="accounts.second_factor").to == student.email
    assert AuditEntry.objects.filter(action="accounts.totp_added").count() == 1


def test_the_code_that_switched_it_on_signs_nobody_in(app_of, student, api):
    client = app_of(student)
    code = code_at(now(), secret=client.post(TOTP).json()["secret"])
    client.post(CONFIRM, {"code": code})
    sent = {"email": student.email, "password": PASSWORD, "code": code}
    assert code_of(api.post("/api/auth/login/", sent)) == "INVALID_CODE"


def test_beginning_twice_keeps_the_secret_and_a_wrong_code_switches_nothing_on(app_of, student):
    client = app_of(student)
    assert client.post(TOTP).json() == client.post(TOTP).json()
    answer = client.post(CONFIRM, {"code": "000000"})
    assert (answer.status_code, code_of(answer)) == (400, "INVALID_CODE")
    assert not Authenticator.objects.exists()


def test_a_setup_does_not_wait_for_ever(student):
    at = now()
    setup = begin_totp(student, at=at)
    late = at + SETUP_TIME
    code = code_at(late, secret=setup.secret)
    with pytest.raises(NoTotpSetup):
        confirm_totp(student, code=code, place=Place(Caller()), at=late)
    assert begin_totp(student, at=late).secret != setup.secret


def test_nothing_is_confirmed_that_was_not_begun(app_of, student):
    answer = app_of(student).post(CONFIRM, {"code": "123456"})
    assert (answer.status_code, code_of(answer)) == (409, "CONFLICT")


def test_a_second_app_needs_the_first_one_dropped(app_of, student):
    give_app(student)
    assert app_of(student).post(TOTP).status_code == 409


def test_dropping_the_app_drops_its_recovery_codes_and_tells_the_owner(app_of, student):
    give_app(student)
    assert app_of(student).delete(TOTP).status_code == 204
    assert not Authenticator.objects.exists()
    assert Mail.objects.filter(kind="accounts.second_factor").count() == 1
    assert app_of(student).delete(TOTP).status_code == 404


def test_with_a_passkey_left_the_recovery_codes_stay(app_of, student):
    give_app(student)
    give_passkey(student)
    app_of(student).delete(TOTP)
    assert len(recovery_codes_of(student)) == 10


def test_new_recovery_codes_replace_the_old(app_of, student):
    give_app(student)
    before = recovery_codes_of(student)
    answer = app_of(student).post(CODES)
    assert answer.status_code == 201
    assert set(answer.json()["recovery_codes"]).isdisjoint(before)
    assert recovery_codes_of(student) == answer.json()["recovery_codes"]


def test_recovery_codes_stand_in_for_something(app_of, student):
    assert app_of(student).post(CODES).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", TOTP, {}),
        ("delete", TOTP, None),
        ("post", CONFIRM, {"code": "123456"}),
        ("post", CODES, {}),
        ("post", "/api/auth/passkeys/register/begin/", {}),
        ("post", "/api/auth/passkeys/register/complete/", {"token": "x", "credential": {}}),
    ],
)
def test_what_changes_the_second_factor_asks_for_a_fresh_proof(app_of, student, method, path, body):
    give_app(student)
    stale = app_of(student, minutes=11)
    answer = getattr(stale, method)(path, body)
    assert (answer.status_code, code_of(answer)) == (403, "REAUTHENTICATION_REQUIRED")
    assert Authenticator.objects.filter(user=student).count() == 2
    assert stale.post(AGAIN, {"code": code_at(now())}).status_code == 204
    assert getattr(stale, method)(path, body).status_code != 403


def test_looking_asks_for_no_fresh_proof(app_of, student):
    assert app_of(student, minutes=60).get(TOTP).status_code == 200


def test_without_a_second_factor_the_password_proves(app_of, student):
    stale = app_of(student, minutes=11)
    assert stale.post(AGAIN, {"password": "wrong"}).status_code == 401
    assert stale.post(TOTP).status_code == 403
    assert stale.post(AGAIN, {"password": PASSWORD}).status_code == 204
    assert stale.post(TOTP).status_code == 201


def test_with_a_second_factor_the_password_alone_proves_nothing(app_of, student):
    give_app(student)
    stale = app_of(student, minutes=11)
    assert stale.post(AGAIN, {"password": PASSWORD}).status_code == 403
    assert stale.delete(TOTP).status_code == 403


@pytest.mark.parametrize("sent", [{}, {"password": "x", "code": "y"}, {"code": "1" * 33}])
def test_one_proof_at_a_time(app_of, student, sent):
    assert app_of(student).post(AGAIN, sent).status_code == 400


def test_a_proof_counts_for_its_own_sign_in_alone(app_of, student):
    stale, other = app_of(student), app_of(student, minutes=11)
    stale.post(AGAIN, {"password": PASSWORD})
    assert other.post(TOTP).status_code == 403


@pytest.fixture
def strict_staff(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.mark.usefixtures("strict_staff")
def test_staff_set_one_up_before_they_do_anything_else(app_of, admin):
    client = app_of(admin)
    answer = client.get("/api/jobs/5f0f1f4e-0000-4000-8000-000000000000/")
    assert (answer.status_code, code_of(answer)) == (403, "SECOND_FACTOR_SETUP_REQUIRED")
    secret = client.post(TOTP).json()["secret"]
    assert client.post(CONFIRM, {"code": code_at(now(), secret=secret)}).status_code == 200
    answer = client.get("/api/jobs/5f0f1f4e-0000-4000-8000-000000000000/")
    assert answer.status_code == 404


@pytest.mark.usefixtures("strict_staff")
@pytest.mark.parametrize("role", ["student", "trainer"])
def test_others_need_none(app_of, role):
    client = app_of(UserFactory(role=role))
    assert client.get("/api/jobs/5f0f1f4e-0000-4000-8000-000000000000/").status_code == 404


def test_a_secret_that_waits_is_encrypted(student):
    setup = begin_totp(student, at=now())
    stored = TotpSetup.objects.annotate(raw=Cast(F("secret"), TextField())).get().raw
    assert setup.secret not in stored
