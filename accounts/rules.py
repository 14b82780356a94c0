"""What holds without a database, a clock or a request."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from math import ceil
from uuid import UUID

PASSWORD_LENGTH = 1024
TRAINER_PLACES = 20
PHONE_NOISE = re.compile(r"[\s().\u2010-\u2015-]")
PHONE_PATTERN = r"^\+[1-9][0-9]{6,14}$"
TRACK_PATTERN = r"^[A-Z][A-Z0-9]{1,11}$"


def normalise_email(text: str) -> str:
    """The one form in which an address is stored, looked up and counted."""
    return text.strip().lower()


def normalise_phone(text: str) -> str:
    """People write `+91 (98) 765-43210`; we keep `+919876543210`."""
    return PHONE_NOISE.sub("", text)


@dataclass(frozen=True)
class BrakeLimits:
    """How many tries are free, how waits grow after them, and when the brake locks."""

    free_tries: int
    first_wait: timedelta
    lock_after: int
    lock_time: timedelta


@dataclass(frozen=True)
class BrakeState:
    tries: int
    first_try_at: datetime
    wait_until: datetime | None = None


class Admission(Enum):
    ADMITTED = "admitted"
    WAIT = "wait"
    LOCKED_NOW = "locked now"
    LOCKED = "locked"


def try_sign_in(
    state: BrakeState | None, *, at: datetime, limits: BrakeLimits
) -> tuple[BrakeState, Admission]:
    """Count one more try before its password is looked at, so that no burst slips through.

    From the last free try on, each one sets a wait that doubles; trying again before it is over
    counts too. One try more than `lock_after` within `lock_time` locks for as long again.
    """
    if state is None or _is_over(state, at=at, limits=limits):
        state = BrakeState(tries=0, first_try_at=at)
    if state.tries > limits.lock_after:
        return state, Admission.LOCKED
    waiting = state.wait_until is not None and at < state.wait_until
    state = replace(state, tries=state.tries + 1)
    if state.tries > limits.lock_after:
        return replace(state, wait_until=at + limits.lock_time), Admission.LOCKED_NOW
    if state.tries >= limits.free_tries:
        doubled = limits.first_wait * 2 ** (state.tries - limits.free_tries)
        state = replace(state, wait_until=at + min(doubled, limits.lock_time))
    return state, Admission.WAIT if waiting else Admission.ADMITTED


def seconds_left(state: BrakeState, *, at: datetime) -> int:
    until = state.wait_until or at
    return max(1, ceil((until - at).total_seconds()))


def _is_over(state: BrakeState, *, at: datetime, limits: BrakeLimits) -> bool:
    if state.wait_until is not None and at < state.wait_until:
        return False
    return at >= state.first_try_at + limits.lock_time


class Rotation(Enum):
    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"


def judge_refresh(
    presented: UUID,
    *,
    current: UUID | None,
    previous: UUID | None,
    rotated_at: datetime | None,
    at: datetime,
    grace: timedelta,
) -> Rotation:
    """A refresh token is good once; within the grace parallel tabs get the same successor."""
    if presented == current:
        return Rotation.ROTATE
    if presented == previous and rotated_at is not None and at <= rotated_at + grace:
        return Rotation.REPEAT
    return Rotation.REUSED
