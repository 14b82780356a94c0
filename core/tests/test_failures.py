"""How long to wait after a failure, and what is kept of it."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.failures import TOLD_LENGTH, back_off, told

FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)


@given(tries=st.integers(0, 10_000), key=st.integers())
def test_a_wait_is_never_shorter_than_half_of_the_first_nor_longer_than_the_longest(tries, key):
    wait = back_off(tries, first=FIRST, longest=LONGEST, key=key)
    assert FIRST / 2 <= wait <= LONGEST


@given(key=st.uuids())
def test_waits_grow_until_the_longest(key):
    waits = [back_off(n, first=FIRST, longest=LONGEST, key=key) for n in range(1, 9)]
    assert all(later > earlier for earlier, later in pairwise(waits[::2]))


def test_rows_that_failed_together_come_back_apart_and_each_at_its_own_time():
    waits = {back_off(3, first=FIRST, longest=LONGEST, key=key) for key in range(100)}
    assert len(waits) > 90
    assert len({back_off(3, first=FIRST, longest=LONGEST, key=7) for _ in range(5)}) == 1


def test_a_failure_is_told_without_secrets_and_in_bounds():
    assert told(ValueError("password=hunter2hunter2")) == "ValueError: password=[hidden]"
    assert "\x00" not in told(ValueError("\x00"))
    assert len(told(ValueError("x" * 10_000))) == TOLD_LENGTH
