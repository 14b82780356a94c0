"""Passwords by the API: forgotten, chosen anew by a mailed link, changed."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import int_to_base36
from rest_framework.test import APIClient

from accounts.actions import passwords
from accounts.actions.passwords import ResetTokens, ask_for_reset, reset_password
from accounts.actions.sign_ins import start_token_sign_in
from accounts.errors import InvalidCredentials
from accounts.models import AuditEntry, SignIn, TotpSetup, User
from accounts.tests.entry import (
    CHANGE,
    CONFIRM,
    LOGIN,
    NEW_PASSWORD,
    RESET,
    count_hashes,
    fields,
    mails,
    refused,
    reset_in,
)
from accounts.tests.factories import PASSWORD, UserFactory, sign_in_browser
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now
from core.errors import Invalid
from core.events.models import Event

pytestmark = pytest.mark.django_db

HERE = Caller("203.0.113.7", "Mozilla/5.0 Firefox/140.0")


def asked(user, *, at=None):
    ask_for_reset(user.email, is_mail_due=True, at=at or now())
    return reset_in(mails("reset", user.email)[-1])


def choose(api, proof, password=NEW_PASSWORD):
    return api.post(CONFIRM, {**proof, "new_password": password})


def bearer(user):
    tokens = start_token_sign_in(user, way="password", caller=HERE, at=now())
    return {"Authorization": f"Bearer {tokens.access}"}, tokens


def sign_in(api, user, password):
    return api.post(LOGIN, {"email": user.email, "password": password})


# Forgotten


def test_a_forgotten_password_is_chosen_anew(api, student):
    answer = api.post(RESET, {"email": student.email.upper()})
    assert answer.status_code == 202
    [mail] = mails("reset", student.email)
    done = choose(api, reset_in(mail))
    assert done.status_code == 200
    assert sign_in(api, student, PASSWORD).status_code == 401
    assert sign_in(api, student, NEW_PASSWORD).status_code == 200
    assert len(mails("password_changed", student.email)) == 1
    assert AuditEntry.objects.filter(action="accounts.password_reset").count() == 1
    assert Event.objects.filter(name="accounts.password_changed").count() == 1


def test_whoever_asks_hears_the_same(api, student):
    closed = UserFactory(is_active=False)
    unproven = UserFactory(is_proven=False)
    said = {
        (answer.status_code, answer.content)
        for email in (student.email, closed.email, unproven.email, "nobody@example.org")
        if (answer := api.post(RESET, {"email": email}))
    }
    assert len(said) == 1
    assert {mail.to for mail in mails("reset")} == {student.email, unproven.email}


def test_whoever_asks_costs_the_same_work(api, student, monkeypatch):
    hashed, work = count_hashes(monkeypatch), []
    for email in (student.email, "nobody@example.org"):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            api.post(RESET, {"email": email})
        work.append((len(hashed), sum("INSERT" in each["sql"] for each in queries)))
    assert work == [(0, 1), (0, 1)]


def test_whoever_signs_in_costs_the_same_work(api, student, monkeypatch):
    hashed, work = count_hashes(monkeypatch), []
    for email in (student.email, "nobody@example.org"):
        hashed.clear()
        api.post(LOGIN, {"email": email, "password": "not this one"})
        work.append(len(hashed))
    assert work == [1, 1]


def test_nobodys_mailbox_is_filled_and_the_answer_stays_the_same(api, student):
    said = {api.post(RESET, {"email": student.email}).status_code for _ in range(8)}
    assert said == {202}
    assert len(mails("reset")) == 5


def test_one_address_asks_for_so_many_alone(api, settings):
    settings.THROTTLES = {
        **settings.THROTTLES,
        "reset": {"account": "9/hour", "address": "2/hour"},
    }
    settings.THROTTLE_FACTOR = 1
    answers = [api.post(RESET, {"email": f"a{n}@example.org"}).status_code for n in range(3)]
    assert answers == [202, 202, 429]


@pytest.mark.parametrize("email", ["", "x", None, ["a@example.org"]])
def test_what_is_no_address_is_said_to_be_none(api, email):
    assert refused(api.post(RESET, {"email": email}, format="json")) == (400, "VALIDATION_ERROR")


def test_the_link_leads_to_the_platform_whoever_is_named_as_the_host(student, settings):
    settings.ALLOWED_HOSTS = ["*"]
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    body = {"email": student.email}
    Client().post(RESET, body, content_type="application/json", headers=headers)
    Client().post("/accounts/password/reset/", body, headers=headers)
    both = mails("reset")
    assert len(both) == 2
    for mail in both:
        assert "evil.example" not in mail.text + mail.html
        assert f"{settings.FRONTEND_URL}/accounts/password/reset/key/" in mail.text


# The link


def test_a_link_is_good_once(api, student):
    proof = asked(student)
    assert choose(api, proof).status_code == 200
    again = choose(api, proof, "zq7 xk22 3")
    assert refused(again) == (400, "VALIDATION_ERROR")
    assert fields(again) == {"token"}
    assert sign_in(api, student, NEW_PASSWORD).status_code == 200


def test_a_link_is_good_for_two_hours(student):
    at = now()
    proof = asked(student, at=at)
    choose_then = partial(reset_password, proof["uid"], proof["token"], caller=HERE)
    with pytest.raises(Invalid):
        choose_then(password=NEW_PASSWORD, at=at + timedelta(minutes=120, seconds=2))
    assert choose_then(password=NEW_PASSWORD, at=at + timedelta(minutes=119)) == student


def test_a_link_is_good_for_its_own_account_alone(api, student):
    other = UserFactory()
    proof = asked(student)
    stolen = choose(api, {**proof, "uid": int_to_base36(other.pk)})
    assert refused(stolen)[0] == 400
    assert User.objects.get(pk=other.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    "proof",
    [
        {"uid": "zzzzzzzzzzzz", "token": "x-y"},
        {"uid": "!", "token": "x"},
        {"uid": "-1", "token": "x"},
        {"uid": "0", "token": ""},
        {"uid": "x" * 17, "token": "x"},
        {"uid": "1", "token": "x" * 129},
        {"uid": None, "token": None},
        {},
    ],
)
def test_nonsense_opens_nothing(api, student, proof):
    answer = api.post(CONFIRM, {**proof, "new_password": NEW_PASSWORD}, format="json")
    assert refused(answer) == (400, "VALIDATION_ERROR")


def test_a_link_dies_with_the_password_it_was_made_for(api, student):
    proof = asked(student)
    student.set_password("changed meanwhile")
    student.save()
    assert refused(choose(api, proof))[0] == 400


def test_a_link_dies_with_the_address_it_was_made_for(api, student):
    proof = asked(student)
    User.objects.filter(pk=student.pk).update(email="elsewhere@example.org")
    assert refused(choose(api, proof))[0] == 400


def test_a_link_opens_no_closed_account(api, student):
    proof = asked(student)
    User.objects.filter(pk=student.pk).update(is_active=False)
    assert refused(choose(api, proof))[0] == 400


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "", "x" * 1025])
def test_a_bad_password_leaves_the_link_good(api, student, password):
    proof = asked(student)
    answer = choose(api, proof, password)
    assert (refused(answer)[0], fields(answer)) == (400, {"new_password"})
    done = choose(api, proof)
    assert done.status_code == 200, done.content


def test_a_new_password_ends_everything_that_was_open(api, student, client_of):
    browser = client_of(student)
    headers, tokens = bearer(student)
    choose(api, asked(student))
    assert browser.get("/dashboard/").status_code == 302
    assert api.get("/api/auth/me/", headers=headers).status_code == 401
    assert api.post("/api/auth/token/refresh/", {"refresh": tokens.refresh}).status_code == 401
    assert set(SignIn.objects.values_list("end_reason", flat=True)) == {SignIn.End.PASSWORD}


def test_a_new_password_is_no_way_around_the_second_factor(api, student):
    Authenticator.objects.create(user=student, type=Authenticator.Type.TOTP, data={"secret": "x"})
    choose(api, asked(student))
    assert refused(sign_in(api, student, NEW_PASSWORD)) == (401, "MFA_REQUIRED")


def test_whoever_had_no_password_gets_the_first_one(api, student):
    student.set_unusable_password()
    student.save()
    assert choose(api, asked(student)).status_code == 200
    assert sign_in(api, student, NEW_PASSWORD).status_code == 200


def test_it_proves_the_address_and_takes_from_strangers_what_they_left_there(api):
    waiting = UserFactory(is_proven=False, phone="+919876543210", phone_verified_at=now())
    Authenticator.objects.create(user=waiting, type=Authenticator.Type.TOTP, data={"secret": "x"})
    SocialAccount.objects.create(user=waiting, provider="github", uid="1")
    TotpSetup.objects.create(user=waiting, secret="known to mallory", created_at=now())
    EmailAddress.objects.create(user=waiting, email="mallory@example.org")
    assert choose(api, asked(waiting)).status_code == 200
    address = EmailAddress.objects.get(user=waiting)
    assert (address.email, address.verified) == (waiting.email, True)
    assert not Authenticator.objects.filter(user=waiting).exists()
    assert not SocialAccount.objects.filter(user=waiting).exists()
    assert not TotpSetup.objects.exists()
    waiting.refresh_from_db()
    assert waiting.phone_verified_at is None


def test_from_an_owner_who_had_proven_it_nothing_is_taken(api, student):
    Authenticator.objects.create(user=student, type=Authenticator.Type.TOTP, data={"secret": "x"})
    SocialAccount.objects.create(user=student, provider="github", uid="1")
    choose(api, asked(student))
    assert Authenticator.objects.filter(user=student).exists()
    assert SocialAccount.objects.filter(user=student).exists()


def use_two_links_at_once(user, monkeypatch):
    meeting = Meeting(2)
    judge = passwords.judge_password

    def judge_together(*args, **kwargs):
        meeting.wait()
        judge(*args, **kwargs)

    monkeypatch.setattr(passwords, "judge_password", judge_together)
    uid, token = int_to_base36(user.pk), ResetTokens(now()).make_token(user)
    choose_one = partial(reset_password, uid, token, caller=HERE, at=now())
    words = ("zq7 xk22 1", "zq7 xk22 2")
    return at_once(*(partial(choose_one, password=word) for word in words))


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_link_used_twice_at_once_counts_twice(monkeypatch):
    take_locks_off(monkeypatch)
    outcomes = use_two_links_at_once(UserFactory(), monkeypatch)
    assert sum(isinstance(each, User) for each in outcomes) == 2


@pytest.mark.django_db(transaction=True)
def test_a_link_used_twice_at_once_counts_once(monkeypatch):
    outcomes = use_two_links_at_once(UserFactory(), monkeypatch)
    assert sum(isinstance(each, User) for each in outcomes) == 1
    assert sum(isinstance(each, Invalid) for each in outcomes) == 1
    assert len(mails("password_changed")) == 1


# Changed


def test_a_password_is_changed_by_whoever_knows_the_old_one(api, student):
    headers, tokens = bearer(student)
    elsewhere, _ = bearer(student)
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert api.post(CHANGE, body, headers=headers).status_code == 200
    for gone in (headers, elsewhere):
        assert refused(api.get("/api/auth/me/", headers=gone)) == (401, "INVALID_TOKEN")
    assert api.post("/api/auth/token/refresh/", {"refresh": tokens.refresh}).status_code == 401
    assert sign_in(api, student, NEW_PASSWORD).status_code == 200
    [mail] = mails("password_changed")
    assert mail.to == student.email


def test_the_browser_that_asks_stays_signed_in(student):
    mine, other = APIClient(), APIClient()
    sign_in_browser(mine, student)
    sign_in_browser(other, student)
    before = mine.session.session_key
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert mine.post(CHANGE, body).status_code == 200
    assert mine.get("/api/auth/me/").status_code == 200
    assert mine.session.session_key != before
    assert other.get("/api/auth/me/").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"old_password": "wrong", "new_password": NEW_PASSWORD}, "old_password"),
        ({"old_password": "", "new_password": NEW_PASSWORD}, "old_password"),
        ({"new_password": NEW_PASSWORD}, "old_password"),
        ({"old_password": PASSWORD}, "new_password"),
        ({"old_password": PASSWORD, "new_password": "short"}, "new_password"),
        ({"old_password": PASSWORD, "new_password": "12345678901"}, "new_password"),
        ({"old_password": PASSWORD, "new_password": "x" * 1025}, "new_password"),
    ],
)
def test_what_keeps_a_password_as_it_is(api, student, body, field):
    headers, _ = bearer(student)
    answer = api.post(CHANGE, body, headers=headers)
    assert (refused(answer), fields(answer)) == ((400, "VALIDATION_ERROR"), {field})
    assert User.objects.get().check_password(PASSWORD)
    assert api.get("/api/auth/me/", headers=headers).status_code == 200


def test_a_stolen_token_does_not_guess_the_password(api, student):
    headers, _ = bearer(student)
    body = {"old_password": "wrong", "new_password": NEW_PASSWORD}
    answers = [api.post(CHANGE, body, headers=headers).status_code for _ in range(14)]
    assert answers[:3] == [400, 400, 400]
    assert set(answers[3:]) <= {429, 423}
    assert answers[-1] == 423


def test_whoever_has_no_password_sets_one_while_their_sign_in_is_fresh(api, student):
    student.set_unusable_password()
    student.save()
    headers, _ = bearer(student)
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    body = {"new_password": NEW_PASSWORD}
    assert refused(api.post(CHANGE, body, headers=headers)) == (403, "REAUTHENTICATION_REQUIRED")
    SignIn.objects.update(proved_at=now())
    assert api.post(CHANGE, body, headers=headers).status_code == 200


def test_a_password_is_changed_by_a_form_of_ours_alone(student):
    client = APIClient(enforce_csrf_checks=True)
    sign_in_browser(client, student)
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert client.post(CHANGE, body).status_code == 403
    assert User.objects.get().check_password(PASSWORD)


def test_nobody_changes_the_password_of_nobody(api):
    assert refused(api.post(CHANGE, {})) == (401, "NOT_AUTHENTICATED")


def test_a_wrong_password_is_no_reason_to_sign_out(student):
    """401 would tell an app that its token is dead."""
    assert InvalidCredentials.status == 401
    client = APIClient()
    sign_in_browser(client, student)
    assert client.post(CHANGE, {"old_password": "x", "new_password": "y"}).status_code == 400
