"""Refresh tokens: good once, kind to tabs, merciless to thieves."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.actions import sign_ins
from accounts.actions.sign_ins import refresh_tokens, start_token_sign_in
from accounts.models import AuditEntry, SignIn
from accounts.tests.factories import UserFactory
from accounts.tests.races import Meeting, at_once, take_locks_off
from accounts.tokens import sign_in_behind
from core.callers import Caller
from core.clock import now
from core.errors import InvalidToken
from core.events.models import Event

REFRESH = "/api/auth/token/refresh/"
SOMEWHERE = Caller("192.0.2.7", "Phone/1.0")


@pytest.fixture
def tokens(student):
    return start_token_sign_in(student, way="password", caller=SOMEWHERE, at=now())


def refresh(raw, *, seconds=0):
    return refresh_tokens(raw, caller=SOMEWHERE, at=now() + timedelta(seconds=seconds))


def is_good(tokens):
    try:
        sign_in_behind(tokens.access, at=now())
    except InvalidToken:
        return False
    return True


@pytest.mark.django_db
def test_a_refresh_token_gets_the_next_pair(api, tokens):
    answer = api.post(REFRESH, {"refresh": tokens.refresh})
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert answer.json()["refresh"] != tokens.refresh
    me = api.get("/api/auth/me/", headers={"Authorization": f"Bearer {answer.json()['access']}"})
    assert me.status_code == 200


@pytest.mark.django_db
def test_tabs_that_refresh_within_ten_seconds_get_the_same_successor(tokens):
    first = refresh(tokens.refresh)
    assert refresh(tokens.refresh, seconds=9).refresh == first.refresh
    assert is_good(first)


@pytest.mark.django_db
def test_a_token_that_comes_back_later_ends_the_whole_family(tokens):
    successor = refresh(tokens.refresh)
    with pytest.raises(InvalidToken):
        refresh(tokens.refresh, seconds=11)
    one = SignIn.objects.get()
    assert one.end_reason == SignIn.End.REUSED
    assert not is_good(successor)
    assert not is_good(tokens)
    with pytest.raises(InvalidToken):
        refresh(successor.refresh)
    assert AuditEntry.objects.get(action="accounts.sign_in_ended").data["reason"] == "reused"
    assert Event.objects.filter(name="accounts.sign_in_ended").count() == 1


@pytest.mark.django_db
def test_the_end_of_a_family_outlives_the_refusal(api, tokens):
    """The 401 is an exception; what it found must not be rolled back with it."""
    refresh(refresh(tokens.refresh).refresh)
    answer = api.post(REFRESH, {"refresh": tokens.refresh})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_TOKEN")
    assert SignIn.objects.get().ended_at is not None


@pytest.mark.django_db
def test_tokens_made_by_rotation_can_be_ended_like_the_first(api, tokens):
    last = refresh(refresh(refresh(tokens.refresh).refresh).refresh)
    assert api.post("/api/auth/logout/", {"refresh": last.refresh}).status_code == 204
    assert not is_good(last)
    with pytest.raises(InvalidToken):
        refresh(last.refresh)


@pytest.mark.django_db
def test_each_refresh_gives_another_seven_days(tokens):
    before = SignIn.objects.get().expires_at
    refresh(tokens.refresh, seconds=3600)
    assert SignIn.objects.get().expires_at - before >= timedelta(hours=1)


@pytest.mark.django_db
def test_after_seven_days_one_signs_in_anew(student):
    old = start_token_sign_in(
        student, way="password", caller=SOMEWHERE, at=now() - timedelta(days=7, seconds=1)
    )
    with pytest.raises(InvalidToken):
        refresh(old.refresh)


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [{}, {"refresh": ""}, {"refresh": None}, {"refresh": ["x"]}])
def test_a_refresh_without_a_token_is_told_so(api, sent):
    assert api.post(REFRESH, sent).status_code == 400


@pytest.mark.django_db
def test_an_access_token_refreshes_nothing(api, tokens):
    assert api.post(REFRESH, {"refresh": tokens.access}).status_code == 401
    assert SignIn.objects.get().ended_at is None


@pytest.mark.django_db
def test_a_classroom_behind_one_address_refreshes_all_at_once(api, settings):
    settings.THROTTLE_FACTOR = 0.1
    for _ in range(12):  # More than the ten calls that an address has otherwise.
        person = UserFactory()
        raw = start_token_sign_in(person, way="password", caller=SOMEWHERE, at=now()).refresh
        assert api.post(REFRESH, {"refresh": raw}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_tabs_at_once_would_throw_each_other_out(tokens, monkeypatch):
    take_locks_off(monkeypatch)
    first, second = two_refreshes_at_once(tokens, monkeypatch)
    assert first.refresh != second.refresh
    assert [is_refreshed(first), is_refreshed(second)].count(True) < 2


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_get_the_same_successor(tokens, monkeypatch):
    first, second = two_refreshes_at_once(tokens, monkeypatch)
    assert first.refresh == second.refresh
    assert is_good(first)
    assert refresh(first.refresh, seconds=11)


def is_refreshed(tokens):
    try:
        refresh(tokens.refresh, seconds=11)
    except InvalidToken:
        return False
    return True


def two_refreshes_at_once(tokens, monkeypatch):
    meeting, new_jti = Meeting(2), sign_ins._new_jti
    monkeypatch.setattr(sign_ins, "_new_jti", lambda: (meeting.wait(), new_jti())[1])
    step = partial(refresh, tokens.refresh)
    outcomes = at_once(step, step)
    monkeypatch.setattr(sign_ins, "_new_jti", new_jti)
    return outcomes
