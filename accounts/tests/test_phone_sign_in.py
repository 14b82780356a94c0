"""Signing in with a code by text message, and everybody who has none."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import phones
from accounts.actions.people import deactivate_user, edit_profile
from accounts.actions.phones import person_with_code
from accounts.errors import CodeUsedUp, InvalidCode
from accounts.models import AuditEntry, PhoneCode, SecondStep, SignIn, User
from accounts.tests.factories import UserFactory
from accounts.tests.phones import (
    HERE,
    OTHER_PHONE,
    PHONE,
    SEND,
    VERIFY,
    ask,
    code_for,
    newest,
    owner_of,
    wrong_code_for,
)
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(db):
    return owner_of()


def send(api, phone=PHONE, **extra):
    return api.post(SEND, {"phone": phone}, **extra)


def verify(api, code, phone=PHONE, **extra):
    return api.post(VERIFY, {"phone": phone, "code": code}, **extra)


def refused(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_code_signs_in_to_the_account_of_the_phone(api, owner):
    sent = send(api)
    assert (sent.status_code, sent.json()) == (202, {"expires_in": 300})
    answer = verify(api, code_for())
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == owner.pk
    token = answer.json()["access"]
    me = api.get("/api/auth/me/", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["email"] == owner.email
    sign_in = SignIn.objects.get()
    assert (sign_in.user, sign_in.way, sign_in.has_second_factor) == (owner, "phone_code", False)
    assert AuditEntry.objects.get(action="accounts.signed_in").data["way"] == "phone_code"


@pytest.mark.parametrize("typed", ["+91 98765 43210", "+91 (98765) 43-210", " +919876543210 "])
def test_a_phone_may_be_written_as_people_write_it(api, owner, typed):
    assert send(api, typed).status_code == 202
    spaced = f"{code_for()[:3]} {code_for()[3:]}"
    assert verify(api, spaced, typed).status_code == 200


def test_the_code_is_kept_as_a_digest_alone(owner):
    code = ask()
    columns = PhoneCode.objects.filter(pk=code.pk).values().get()
    assert not any(code_for() == str(value) for value in columns.values())
    assert len(code.digest) == 64


def test_a_code_opens_once(api, owner):
    send(api)
    code = code_for()
    assert verify(api, code).status_code == 200
    assert refused(verify(api, code)) == (400, "INVALID_CODE")


def test_an_old_code_is_worth_nothing_after_a_new_one(api, owner):
    send(api)
    old = code_for()
    send(api)
    assert old != code_for()
    assert refused(verify(api, old)) == (400, "INVALID_CODE")
    assert verify(api, code_for()).status_code == 200


def test_a_code_is_good_for_five_minutes(owner):
    at = now()
    ask(at=at)
    come_in = partial(person_with_code, phone=PHONE, digits=code_for(), caller=HERE)
    with pytest.raises(InvalidCode):
        come_in(at=at + timedelta(minutes=5))
    assert come_in(at=at + timedelta(minutes=5, seconds=-1)) == owner


def test_a_code_is_good_for_its_own_phone_alone(api, owner):
    owner_of(OTHER_PHONE)
    send(api)
    send(api, OTHER_PHONE)
    assert refused(verify(api, code_for(PHONE), OTHER_PHONE)) == (400, "INVALID_CODE")
    assert refused(verify(api, code_for(OTHER_PHONE), PHONE)) == (400, "INVALID_CODE")


def test_a_code_dies_with_the_change_of_the_phone(api, owner):
    send(api)
    code = code_for()
    edit_profile(owner, changes={"phone": OTHER_PHONE}, by=owner, caller=HERE, at=now())
    assert refused(verify(api, code)) == (400, "INVALID_CODE")


def test_a_phone_that_was_changed_in_the_profile_opens_nothing(api, owner):
    api.force_authenticate(owner)
    api.patch("/api/auth/me/", {"phone": OTHER_PHONE})
    api.force_authenticate(None)
    owner.refresh_from_db()
    assert (owner.phone, owner.phone_verified_at) == (OTHER_PHONE, None)
    send(api, OTHER_PHONE)
    assert refused(verify(api, code_for(OTHER_PHONE), OTHER_PHONE)) == (400, "INVALID_CODE")


def test_an_edit_of_something_else_leaves_the_phone_proven(api, owner):
    edit_profile(owner, changes={"name": "Diya"}, by=owner, caller=HERE, at=now())
    owner.refresh_from_db()
    assert owner.phone_verified_at is not None


def test_a_phone_that_somebody_only_wrote_down_opens_nothing(api):
    UserFactory(phone=PHONE)
    send(api)
    assert newest().user is None
    assert refused(verify(api, code_for())) == (400, "INVALID_CODE")


def test_whoever_was_deactivated_meanwhile_does_not_come_in(api, owner, superadmin):
    send(api)
    code = code_for()
    deactivate_user(owner, by=superadmin, caller=Caller(), at=now())
    assert refused(verify(api, code)) == (400, "INVALID_CODE")
    assert not SignIn.objects.filter(user=owner).exists()
    send(api)
    assert newest().user is None


def test_a_second_factor_is_asked_for_all_the_same(api, owner):
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    send(api)
    answer = verify(api, code_for())
    assert refused(answer) == (401, "MFA_REQUIRED")
    step = SecondStep.objects.get()
    assert answer.json()["error"]["details"] == {"mfa_token": str(step.token)}
    assert (step.user, step.way) == (owner, "phone_code")
    assert not SignIn.objects.exists()


def test_an_address_that_nobody_has_proven_is_asked_for_where_that_is_mandatory(api, settings):
    settings.EMAIL_VERIFICATION = "mandatory"
    owner_of(is_proven=False)
    send(api)
    assert refused(verify(api, code_for())) == (403, "EMAIL_NOT_VERIFIED")


# Guessing.


def test_after_five_wrong_codes_not_even_the_right_one_opens(api, owner):
    send(api)
    right, wrong = code_for(), wrong_code_for()
    said = [refused(verify(api, wrong)) for _ in range(5)]
    assert said == [(400, "INVALID_CODE")] * 5
    last = verify(api, right)
    assert refused(last) == (429, "THROTTLED")
    assert 0 < int(last["Retry-After"]) <= 300
    send(api)
    assert verify(api, code_for()).status_code == 200


def test_guesses_at_a_phone_that_is_nobodys_sound_the_same(api):
    send(api)
    said = [refused(verify(api, wrong_code_for())) for _ in range(6)]
    assert said == [(400, "INVALID_CODE")] * 5 + [(429, "THROTTLED")]


def test_even_the_right_digits_for_nobodys_phone_open_nothing(api):
    send(api)
    assert refused(verify(api, code_for())) == (400, "INVALID_CODE")


def test_without_any_code_asked_for_there_is_none(api, owner):
    assert refused(verify(api, "123456")) == (400, "INVALID_CODE")


def test_one_address_cannot_try_a_few_codes_on_each_of_many_phones(owner, settings):
    settings.SMS_WRONG_CODES = 6
    guess = partial(person_with_code, digits="000000", caller=HERE)
    for number in range(6):
        with pytest.raises(InvalidCode):
            guess(phone=f"+9198765{number:05}", at=now())
    ask()
    with pytest.raises(phones.TooManyCodes) as stopped:
        person_with_code(phone=PHONE, digits=code_for(), caller=HERE, at=now())
    assert stopped.value.retry_after > 60
    elsewhere = Caller("198.51.100.7")
    assert person_with_code(phone=PHONE, digits=code_for(), caller=elsewhere, at=now()) == owner


def test_a_classroom_that_enters_right_codes_is_never_stopped(owner, settings):
    settings.SMS_WRONG_CODES = 2
    settings.SMS_PHONE_CODES = 10
    for _ in range(4):
        ask()
        assert person_with_code(phone=PHONE, digits=code_for(), caller=HERE, at=now()) == owner


def test_a_whole_ipv6_network_is_one_address(owner, settings):
    settings.SMS_WRONG_CODES = 2
    for host in range(2):
        with pytest.raises(InvalidCode):
            person_with_code(
                phone=PHONE, digits="000000", caller=Caller(f"2001:db8::{host:x}"), at=now()
            )
    with pytest.raises(phones.TooManyCodes):
        person_with_code(phone=PHONE, digits="0" * 6, caller=Caller("2001:db8::ff"), at=now())


@pytest.mark.parametrize(
    "typed",
    [
        "१२३४५६",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        *("12345", "1234567", "12345a", "", "123456\x00", "-12345", "1e5   "),
    ],
)
def test_what_is_no_code_is_no_try(api, owner, typed):
    send(api)
    answer = verify(api, typed)
    assert refused(answer) == (400, "VALIDATION_ERROR")
    assert set(answer.json()["error"]["details"]) == {"code"}
    assert newest().tries == 0


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "9876543210",
        "+0123456789",
        "+९१९८७६५४३२१०",
        "+91",
        "+9198765432101234",
        "++919876543210",
    ],
)
def test_what_is_no_phone_is_said_to_be_none(api, typed):
    answer = send(api, typed)
    assert refused(answer) == (400, "VALIDATION_ERROR")
    assert set(answer.json()["error"]["details"]) == {"phone"}
    assert not PhoneCode.objects.exists()


@pytest.mark.parametrize("body", [{}, {"phone": None}, {"phone": ["+919876543210"]}, [], "x", 7])
def test_bodies_of_other_shapes_are_refused(api, body):
    assert api.post(SEND, body).status_code == 400
    assert api.post(VERIFY, body).status_code == 400


# Who has an account, nobody learns.


def test_known_and_unknown_phones_hear_the_same(api, owner):
    known, unknown = send(api), send(api, OTHER_PHONE)
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    said = [verify(api, wrong_code_for(phone), phone).content for phone in (PHONE, OTHER_PHONE)]
    assert said[0] == said[1]


def test_known_and_unknown_phones_cost_the_same_work(
    api, owner, django_capture_on_commit_callbacks
):
    send(api, "+919876511111")  # Whatever is looked up once a process is looked up now.
    verify(api, "000000", "+919876511111")
    asked, tried, handed = [], [], []
    for phone in (PHONE, OTHER_PHONE):
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            django_capture_on_commit_callbacks() as calls,
        ):
            send(api, phone)
        asked.append(len(queries))
        handed.append(len(calls))
        with CaptureQueriesContext(connection) as queries:
            verify(api, wrong_code_for(phone), phone)
        tried.append(len(queries))
    assert asked[0] == asked[1]
    assert tried[0] == tried[1]
    assert handed == [1, 1]


def test_wrong_codes_are_written_down_without_the_phone(api, owner):
    send(api)
    verify(api, wrong_code_for())
    entry = AuditEntry.objects.get(action="accounts.phone_code_failed")
    assert set(entry.data) == {"phone", "purpose"}
    assert PHONE not in str(entry.data)


# Two at once.


@pytest.mark.django_db(transaction=True)
def test_without_its_line_two_who_ask_at_once_would_both_pass_a_cap(monkeypatch, settings):
    settings.SMS_PHONE_CODES = 1
    monkeypatch.setattr(phones, "_wait_in_line", lambda: None)
    outcomes = asked_at_once(monkeypatch)
    assert not any(isinstance(each, phones.TooManyCodes) for each in outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_for_the_last_code_one_gets_it(monkeypatch, settings):
    settings.SMS_PHONE_CODES = 1
    outcomes = asked_at_once(monkeypatch)
    assert sorted(type(each).__name__ for each in outcomes) == ["PhoneCode", "TooManyCodes"]


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_leave_one_live_code(monkeypatch):
    outcomes = asked_at_once(monkeypatch)
    assert all(isinstance(each, PhoneCode) for each in outcomes)
    assert PhoneCode.objects.filter(closed_at=None).count() == 1
    assert PhoneCode.objects.count() == 2


def asked_at_once(monkeypatch):
    """Both have looked at the caps before either writes, unless one waits for the other."""
    owner_of()
    meeting, demand_room = Meeting(2), phones.demand_room

    def meet(*args, **kwargs):
        demand_room(*args, **kwargs)
        meeting.wait()

    monkeypatch.setattr(phones, "demand_room", meet)
    return at_once(ask, ask)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_code_would_open_twice(monkeypatch):
    take_locks_off(monkeypatch)
    assert came_in_at_once(monkeypatch) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_bring_the_same_code_at_once_one_comes_in(monkeypatch):
    assert came_in_at_once(monkeypatch) == 1


def came_in_at_once(monkeypatch):
    owner_of()
    ask()
    digits = code_for()
    meeting, is_right = Meeting(2), phones.is_right

    def meet(*args):
        meeting.wait()
        return is_right(*args)

    monkeypatch.setattr(phones, "is_right", meet)
    # From two addresses, whose brakes do not wait for each other.
    outcomes = at_once(
        *(
            partial(person_with_code, phone=PHONE, digits=digits, caller=Caller(address), at=now())
            for address in ("192.0.2.7", "198.51.100.7")
        )
    )
    return sum(isinstance(each, User) for each in outcomes)


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_guesses_gets_five_tries_in_all():
    owner_of()
    ask()
    wrong = wrong_code_for()
    outcomes = at_once(
        *(
            partial(
                person_with_code, phone=PHONE, digits=wrong, caller=Caller(f"192.0.2.{n}"), at=now()
            )
            for n in range(8)
        )
    )
    assert sum(isinstance(each, InvalidCode) for each in outcomes) == 5
    assert sum(isinstance(each, CodeUsedUp) for each in outcomes) == 3
