"""The second factor by the API: asked whatever the first proof was, and good once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator

from accounts.actions import second_factors
from accounts.actions.second_factors import Place, spend_code, take_second_step
from accounts.errors import InvalidCode, SecondFactorRequired, SecondStepOver
from accounts.gate import admit
from accounts.models import AuditEntry, SecondStep, SignIn, UsedCode
from accounts.tests.authenticators import SECRET, code_at, give_app, recovery_codes_of
from accounts.tests.factories import PASSWORD, UserFactory
from core.callers import Caller
from core.clock import now
from core.errors import Locked, Throttled
from core.mail.models import Mail

LOGIN = "/api/auth/login/"
VERIFY = "/api/auth/mfa/verify/"
PLACE = Place(Caller())

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded(student):
    give_app(student)
    return student


@pytest.fixture
def mfa_token(api, guarded):
    answer = sign_in(api, guarded)
    assert answer.status_code == 401
    return answer.json()["error"]["details"]["mfa_token"]


def sign_in(api, user, **more):
    return api.post(LOGIN, {"email": user.email, "password": PASSWORD, **more})


def code_of(answer):
    return answer.json()["error"]["code"]


def test_the_password_alone_gets_a_token_for_the_second_step(api, guarded):
    answer = sign_in(api, guarded)
    assert (answer.status_code, code_of(answer)) == (401, "MFA_REQUIRED")
    assert not SignIn.objects.exists()


def test_a_code_of_the_app_signs_in(api, guarded, mfa_token):
    answer = api.post(VERIFY, {"mfa_token": mfa_token, "code": code_at(now())})
    assert answer.status_code == 200
    assert answer.json()["user"]["email"] == guarded.email
    assert set(answer.json()) == {"access", "refresh", "user"}
    one = SignIn.objects.get()
    assert (one.user, one.way, one.has_second_factor) == (guarded, "password", True)


def test_a_recovery_code_signs_in_once(api, guarded, mfa_token):
    code = recovery_codes_of(guarded)[0]
    spaced = f"{code[:5]} {code[5:]}"
    assert api.post(VERIFY, {"mfa_token": mfa_token, "code": spaced}).status_code == 200
    assert code not in recovery_codes_of(guarded)
    again = sign_in(api, guarded).json()["error"]["details"]["mfa_token"]
    assert code_of(api.post(VERIFY, {"mfa_token": again, "code": code})) == "INVALID_CODE"
    mail = Mail.objects.get(kind="accounts.second_factor")
    assert mail.to == guarded.email


def test_password_and_code_sign_in_in_one_go(api, guarded):
    answer = sign_in(api, guarded, code=code_at(now()))
    assert answer.status_code == 200
    assert SignIn.objects.get().has_second_factor


def test_a_wrong_code_in_one_go_is_refused(api, guarded):
    answer = sign_in(api, guarded, code="000000")
    assert (answer.status_code, code_of(answer)) == (400, "INVALID_CODE")
    assert not SignIn.objects.exists()


def test_a_code_is_not_looked_at_where_there_is_no_second_factor(api, student):
    assert sign_in(api, student, code="000000").status_code == 200


def test_a_token_is_good_once(api, guarded, mfa_token):
    first, later = code_at(now()), code_at(now(), steps=1)
    assert api.post(VERIFY, {"mfa_token": mfa_token, "code": first}).status_code == 200
    answer = api.post(VERIFY, {"mfa_token": mfa_token, "code": later})
    assert (answer.status_code, code_of(answer)) == (401, "INVALID_TOKEN")
    assert SignIn.objects.count() == 1


def test_a_token_takes_five_tries(api, guarded, mfa_token, settings):
    settings.SIGN_IN_WAIT_SECONDS = 0
    for _ in range(5):
        assert api.post(VERIFY, {"mfa_token": mfa_token, "code": "000000"}).status_code == 400
    answer = api.post(VERIFY, {"mfa_token": mfa_token, "code": code_at(now())})
    assert (answer.status_code, code_of(answer)) == (401, "INVALID_TOKEN")


def test_a_token_expires(guarded):
    at = now()
    token = begin(guarded, at=at)
    late = at + timedelta(minutes=10)
    with pytest.raises(SecondStepOver):
        take_second_step(token, code=code_at(late), place=PLACE, at=late)


def test_a_token_ends_with_the_password(guarded):
    token = begin(guarded, at=now())
    guarded.set_password("another horse battery")
    guarded.save()
    with pytest.raises(SecondStepOver):
        take_second_step(token, code=code_at(now()), place=PLACE, at=now())


def test_a_token_ends_with_the_account(guarded):
    token = begin(guarded, at=now())
    guarded.is_active = False
    guarded.save()
    with pytest.raises(SecondStepOver):
        take_second_step(token, code=code_at(now()), place=PLACE, at=now())


def test_the_code_of_another_does_not_open_ones_token(guarded):
    other = UserFactory()
    give_app(other)
    app = Authenticator.objects.get(user=other, type=Authenticator.Type.TOTP)
    app.data["secret"] = second_factors.encryption.encrypt("KRUGS4ZANFZSAYJAKRUGS4ZANFZSAYJA")
    app.save()
    token = begin(guarded, at=now())
    at = now()
    theirs = code_at(at, secret="KRUGS4ZANFZSAYJAKRUGS4ZANFZSAYJA")
    with pytest.raises(InvalidCode):
        take_second_step(token, code=theirs, place=PLACE, at=at)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"mfa_token": "no uuid", "code": "123456"},
        {"mfa_token": str(uuid4())},
        {"mfa_token": str(uuid4()), "code": ""},
        {"mfa_token": str(uuid4()), "code": "1" * 33},
        {"mfa_token": str(uuid4()), "code": ["123456"]},
        {"mfa_token": None, "code": "123456"},
    ],
)
def test_what_is_no_token_or_no_code_is_refused(api, sent):
    answer = api.post(VERIFY, sent)
    assert (answer.status_code, code_of(answer)) == (400, "VALIDATION_ERROR")


def test_a_token_that_nobody_gave_is_refused(api):
    answer = api.post(VERIFY, {"mfa_token": str(uuid4()), "code": "123456"})
    assert (answer.status_code, code_of(answer)) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize("code", ["", "12345", "١٢٣٤٥٦", "abcdef", "-----", "0" * 32, "\x00"])
def test_what_is_no_code_is_none(guarded, code):
    with pytest.raises(InvalidCode):
        spend_code(guarded, code=code, place=PLACE, at=now())


def test_a_code_of_the_app_is_not_good_twice(guarded):
    at = now()
    spend_code(guarded, code=code_at(at), place=PLACE, at=at)
    with pytest.raises(InvalidCode):
        spend_code(guarded, code=code_at(at), place=PLACE, at=at)
    assert UsedCode.objects.count() == 1


def test_the_codes_before_and_after_are_good_and_those_around_are_not(guarded):
    at = now()
    for steps in (-1, 0, 1):
        spend_code(guarded, code=code_at(at, steps=steps), place=PLACE, at=at)
    for steps in (-2, 2):
        with pytest.raises(InvalidCode):
            spend_code(guarded, code=code_at(at, steps=steps), place=PLACE, at=at)


def test_guessing_codes_is_braked_over_all_addresses_and_the_owner_is_told(guarded, settings):
    settings.SIGN_IN_WAIT_SECONDS = 0
    at = now()
    for n in range(10):
        with pytest.raises(InvalidCode):
            spend_code(guarded, code="000000", place=Place(Caller(f"203.0.113.{n}")), at=at)
    with pytest.raises(Locked):
        spend_code(guarded, code=code_at(at), place=Place(Caller("198.51.100.1")), at=at)
    assert AuditEntry.objects.filter(action="accounts.codes_locked").count() == 1
    assert Mail.objects.filter(kind="accounts.second_factor").count() == 1


def test_a_browser_that_the_account_knows_is_not_locked_out_by_others(guarded, settings):
    settings.SIGN_IN_WAIT_SECONDS = 0
    at = now()
    for _ in range(11):
        with pytest.raises((InvalidCode, Locked)):
            spend_code(guarded, code="000000", place=PLACE, at=at)
    known = Place(Caller(), device="a known one")
    assert spend_code(guarded, code=code_at(at), place=known, at=at) == "totp"


def test_after_five_wrong_codes_one_waits(guarded):
    at = now()
    for _ in range(5):
        with pytest.raises(InvalidCode):
            spend_code(guarded, code="000000", place=PLACE, at=at)
    with pytest.raises(Throttled):
        spend_code(guarded, code=code_at(at), place=PLACE, at=at)


@pytest.mark.parametrize("way", ["password", "google", "phone", "registration", "demo"])
def test_the_second_factor_is_asked_whatever_the_first_was(guarded, way):
    with pytest.raises(SecondFactorRequired):
        admit(guarded, way=way, caller=Caller(), at=now())
    assert SecondStep.objects.get().way == way
    assert not SignIn.objects.exists()


def test_the_secret_is_encrypted_in_the_database(guarded):
    stored = Authenticator.objects.get(user=guarded, type=Authenticator.Type.TOTP).data["secret"]
    assert SECRET not in stored


def begin(user, *, at):
    with pytest.raises(SecondFactorRequired) as refused:
        admit(user, way="password", caller=Caller(), at=at)
    return refused.value.details["mfa_token"]
