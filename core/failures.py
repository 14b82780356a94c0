"""What is kept of a failure, and how long to wait until the next try."""

from datetime import timedelta
from zlib import crc32

from core.redaction import without_secrets

MAX_DOUBLINGS = 30
TOLD_LENGTH = 2000


def told(error: BaseException) -> str:
    """What went wrong, in a form that staff may read."""
    text = str(without_secrets(f"{type(error).__name__}: {error}"))
    return text.replace("\x00", "")[:TOLD_LENGTH]


def back_off(tries: int, *, first: timedelta, longest: timedelta, key: object) -> timedelta:
    """The wait after so many failed tries: doubled each time up to `longest`, less up to a half.

    The part taken off comes from `key` and `tries`, so that rows which failed together come back
    apart, and one row's times can be told beforehand.
    """
    full = min(first * 2 ** min(max(tries, 1) - 1, MAX_DOUBLINGS), longest)
    spread = crc32(f"{key}:{tries}".encode()) / 2**32
    return full * (1 - spread / 2)
