"""Guessing passwords: slowed down and stopped, without locking out whoever is innocent."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from accounts.actions import brake
from accounts.actions.credentials import count_try, identify
from accounts.devices import COOKIE
from accounts.errors import InvalidCredentials
from accounts.models import AuditEntry, SignInBrake
from accounts.tests.factories import PASSWORD
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now
from core.errors import DomainError, Locked, Throttled

LOGIN = "/api/auth/login/"
PAGE = "/accounts/login/"
WRONG = "not this one"
HERE = Caller("192.0.2.7")
ELSEWHERE = Caller("198.51.100.7")


def guess(client, email, password=WRONG, **extra):
    return client.post(LOGIN, {"email": email, "password": password}, format="json", **extra)


def come_in(email, password=PASSWORD, *, caller=HERE, device=None, seconds=0):
    at = now() + timedelta(seconds=seconds)
    return identify(
        count_try(email=email, device=device, caller=caller, at=at), password=password, at=at
    )


def fail(email, times=1, **where):
    for _ in range(times):
        with pytest.raises(DomainError):
            come_in(email, WRONG, **where)


@pytest.mark.django_db
def test_after_three_wrong_passwords_one_waits_and_after_ten_it_is_locked(api, student, settings):
    settings.THROTTLE_FACTOR = 10
    answers = [guess(api, student.email) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 7 + [423] * 2
    waits = [int(answer["Retry-After"]) for answer in answers[3:10]]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert answers[3].json()["error"]["code"] == "THROTTLED"
    locked = answers[-1].json()["error"]
    assert locked["code"] == "LOCKED"
    assert 14 * 60 < locked["details"]["retry_after"] <= 15 * 60
    assert answers[-1]["Retry-After"] == str(locked["details"]["retry_after"])


@pytest.mark.django_db
def test_the_right_password_does_not_help_while_one_waits(api, student):
    for _ in range(3):
        guess(api, student.email)
    assert guess(api, student.email, PASSWORD).status_code == 429
    assert guess(api, "nobody@example.org", PASSWORD).status_code == 401


@pytest.mark.django_db
def test_an_unknown_address_is_slowed_down_in_the_same_way(api):
    statuses = [guess(api, "nobody@example.org").status_code for _ in range(11)]
    assert statuses[:10] == [401] * 3 + [429] * 7


@pytest.mark.django_db
def test_whoever_waits_as_told_comes_in(student):
    fail(student.email, 3)
    with pytest.raises(Throttled) as told:
        come_in(student.email)
    assert come_in(student.email, seconds=told.value.retry_after) == student


@pytest.mark.django_db
def test_a_lock_ends_after_a_quarter_of_an_hour(student):
    fail(student.email, 11)
    with pytest.raises(Locked):
        come_in(student.email, seconds=14 * 60)
    assert come_in(student.email, seconds=15 * 60 + 1) == student


@pytest.mark.django_db
def test_coming_in_wipes_the_slate(student):
    for _ in range(3):
        fail(student.email, 2)
        assert come_in(student.email) == student


@pytest.mark.django_db
def test_a_lock_holds_for_its_place_alone(student):
    fail(student.email, 11)
    with pytest.raises(Locked):
        come_in(student.email)
    assert come_in(student.email, caller=ELSEWHERE) == student


@pytest.mark.django_db
def test_a_whole_ipv6_network_is_one_place(student):
    for host in range(11):
        fail(student.email, caller=Caller(f"2001:db8::{host:x}"))
    with pytest.raises(Locked):
        come_in(student.email, caller=Caller("2001:db8::ffff"))
    assert come_in(student.email, caller=Caller("2001:db8:0:1::1")) == student


@pytest.mark.django_db
def test_pages_and_api_count_together(client, api, student):
    for _ in range(2):
        client.post(PAGE, {"login": student.email, "password": WRONG})
    assert guess(api, student.email).status_code == 401
    page = client.post(PAGE, {"login": student.email, "password": PASSWORD})
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert f"Try again in {page['Retry-After']} second" in page.content.decode()


@pytest.mark.django_db
def test_a_browser_known_to_the_account_is_not_locked_out_by_its_neighbours(client, student):
    client.post(PAGE, {"login": student.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    neighbour = Client()
    for _ in range(11):
        last = neighbour.post(PAGE, {"login": student.email, "password": WRONG})
    assert last.status_code in {423, 429}
    again = client.post(PAGE, {"login": student.email, "password": PASSWORD})
    assert again.status_code == 302


@pytest.mark.django_db
def test_a_known_browser_guesses_no_more_freely_than_any(client, student, settings):
    settings.THROTTLE_FACTOR = 10
    client.post(PAGE, {"login": student.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    said = [client.post(PAGE, {"login": student.email, "password": "x"}) for _ in range(11)]
    assert [each.status_code for each in said] == [200] * 3 + [429] * 7 + [423]


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["", "forged", "eyJpZCI6IngifQ:1abc:forged"])
def test_a_device_that_somebody_made_up_is_not_known(client, student, cookie):
    fail(student.email, 3, caller=Caller("127.0.0.1"))
    client.cookies[COOKIE] = cookie
    page = client.post(PAGE, {"login": student.email, "password": PASSWORD})
    assert page.status_code == 429


@pytest.mark.django_db
def test_a_device_is_known_to_those_alone_who_signed_in_from_it(client, student, trainer):
    client.post(PAGE, {"login": trainer.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    fail(student.email, 3, caller=Caller("127.0.0.1"))
    page = client.post(PAGE, {"login": student.email, "password": PASSWORD})
    assert page.status_code == 429


@pytest.mark.django_db
def test_guesses_from_everywhere_are_counted_for_the_account(api, student):
    statuses = {
        guess(api, student.email, REMOTE_ADDR=f"198.51.100.{host}").status_code
        for host in range(11)
    }
    assert statuses == {401, 429}


@pytest.mark.django_db
def test_signing_in_uses_up_nothing_of_an_addresss_other_calls(api, student, settings):
    settings.THROTTLE_FACTOR = 0.05  # Five calls an hour for whoever is nobody.
    for number in range(8):
        api.post(LOGIN, {"email": f"nobody{number}@example.org"})
        answer = guess(api, student.email)
        assert "X-RateLimit-Limit" in answer
    assert api.get("/api/auth/me/").status_code == 401


@pytest.mark.django_db
def test_a_lock_is_written_down_once(student):
    fail(student.email, 14)
    entry = AuditEntry.objects.get(action="accounts.sign_in_locked")
    assert entry.subject.user == student
    assert AuditEntry.objects.filter(action="accounts.sign_in_failed").count() == 3


@pytest.mark.django_db
def test_the_brake_keeps_nobodys_address(student):
    fail(student.email)
    brake = SignInBrake.objects.get()
    assert student.email not in brake.key
    assert "192.0.2" not in brake.key


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_burst_of_guesses_would_slip_through(student, monkeypatch):
    take_locks_off(monkeypatch)
    assert admitted_of_a_burst(student, monkeypatch) > 3


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_guesses_gets_three_free_tries_in_all(student, monkeypatch):
    assert admitted_of_a_burst(student, monkeypatch) == 3


def admitted_of_a_burst(student, monkeypatch, size=6):
    meeting, try_sign_in = Meeting(size), brake.try_sign_in

    def meet(*args, **kwargs):
        meeting.wait()
        return try_sign_in(*args, **kwargs)

    monkeypatch.setattr(brake, "try_sign_in", meet)
    outcomes = at_once(*[partial(come_in, student.email, WRONG)] * size)
    return sum(isinstance(each, InvalidCredentials) for each in outcomes)
