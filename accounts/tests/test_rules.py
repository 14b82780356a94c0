"""Rules alone: normal forms, the brake, and what becomes of a refresh token."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import (
    Admission,
    BrakeLimits,
    Rotation,
    judge_refresh,
    normalise_email,
    normalise_phone,
    seconds_left,
    try_sign_in,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIMITS = BrakeLimits(
    free_tries=3,
    first_wait=timedelta(seconds=5),
    lock_after=10,
    lock_time=timedelta(minutes=15),
)
GRACE = timedelta(seconds=10)


def tries_at(*seconds):
    """What happens to tries so many seconds after noon, and the state they leave."""
    state, said = None, []
    for each in seconds:
        state, admission = try_sign_in(state, at=NOON + timedelta(seconds=each), limits=LIMITS)
        said.append(admission)
    return state, said


def test_three_tries_are_free_and_the_fourth_has_to_wait():
    state, said = tries_at(0, 1, 2, 3)
    assert said == [Admission.ADMITTED] * 3 + [Admission.WAIT]
    assert seconds_left(state, at=NOON + timedelta(seconds=3)) == 10


def test_each_further_try_waits_twice_as_long():
    waits = []
    state = None
    for _ in range(10):
        state, _ = try_sign_in(state, at=NOON, limits=LIMITS)
        if state.wait_until:
            waits.append(seconds_left(state, at=NOON))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640]


def test_whoever_waits_is_admitted_again():
    _, said = tries_at(0, 1, 2, 7, 18)
    assert said == [Admission.ADMITTED] * 5


def test_the_eleventh_try_locks_and_says_so_once():
    state, said = tries_at(*[0] * 10, 1, 2, 3)
    assert said[10:] == [Admission.LOCKED_NOW, Admission.LOCKED, Admission.LOCKED]
    assert seconds_left(state, at=NOON + timedelta(seconds=3)) == 15 * 60 - 2


def test_a_lock_ends_by_itself_however_often_one_knocks():
    _, said = tries_at(*[0] * 11, 60, 600, 899, 900)
    assert said[-2:] == [Admission.LOCKED, Admission.ADMITTED]


def test_old_tries_are_forgotten():
    state, said = tries_at(0, 0, 0, 15 * 60, 15 * 60)
    assert said[-2:] == [Admission.ADMITTED] * 2
    assert state.tries == 2


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60).map(sorted))
def test_no_quarter_of_an_hour_admits_more_than_ten(moments):
    _, said = tries_at(*moments)
    assert said.count(Admission.ADMITTED) <= LIMITS.lock_after


def test_the_current_refresh_token_rotates():
    current = uuid4()
    verdict = judge_refresh(
        current, current=current, previous=None, rotated_at=None, at=NOON, grace=GRACE
    )
    assert verdict is Rotation.ROTATE


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0, Rotation.REPEAT), (10, Rotation.REPEAT), (11, Rotation.REUSED)]
)
def test_the_previous_one_is_good_for_ten_seconds(seconds, verdict):
    previous = uuid4()
    at = NOON + timedelta(seconds=seconds)
    assert verdict is judge_refresh(
        previous, current=uuid4(), previous=previous, rotated_at=NOON, at=at, grace=GRACE
    )


def test_any_other_token_of_the_family_was_used_before():
    assert Rotation.REUSED is judge_refresh(
        uuid4(), current=uuid4(), previous=uuid4(), rotated_at=NOON, at=NOON, grace=GRACE
    )


@pytest.mark.parametrize(
    ("written", "kept"),
    [(" Diya@Example.ORG ", "diya@example.org"), ("DİYA@x.org", "di̇ya@x.org")],
)
def test_an_address_has_one_normal_form(written, kept):
    assert normalise_email(written) == kept
    assert normalise_email(kept) == kept


@pytest.mark.parametrize(
    "written", ["+91 98765 43210", "+91-(987) 654\u20113210", "+91.9876543210"]
)
def test_a_phone_number_is_kept_without_what_people_put_between_digits(written):
    assert normalise_phone(written) == "+919876543210"
