"""What no test takes over from the one before it, beside its rows."""

from django.core.cache import cache

from core import handover, throttles
from core.cache import TolerantRedisCache
from core.live import groups


def forget_what_was_counted() -> None:
    """Counters and cached answers, and that an engine could not be had for a moment."""
    TolerantRedisCache._resting_until = throttles._resting_until = groups._resting_until = 0.0
    handover._broker = handover._Broker()
    assert cache.clear()
