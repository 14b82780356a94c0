"""How long to wait after a failure: longer each time, and not everybody at once."""

from datetime import timedelta
from zlib import crc32

MAX_DOUBLINGS = 30


def back_off(tries: int, *, first: timedelta, longest: timedelta, key: object) -> timedelta:
    """The wait after so many failed tries: doubled each time up to `longest`, less up to a half.

    The part taken off comes from `key` and `tries`, so that rows which failed together come back
    apart, and one row's times can be told beforehand.
    """
    full = min(first * 2 ** min(max(tries, 1) - 1, MAX_DOUBLINGS), longest)
    spread = crc32(f"{key}:{tries}".encode()) / 2**32
    return full * (1 - spread / 2)
