"""The cache, without which everything still works: an outage looks like an empty cache.

Nothing may rest on it: no lock, no count that must be right, no value that is nowhere else. What
was deleted during an outage may come back afterwards, so every entry needs a time-out or a version
in its key.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# After a failure the server is left alone for so long, so that a page with ten look-ups does not
# wait for ten time-outs.
REST_SECONDS = 2.0

Method = TypeVar("Method", bound=Callable[..., Any])


def _or(fallback: Callable[..., Any]) -> Callable[[Method], Method]:
    """During an outage the decorated method answers with `fallback(*its arguments)`."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def tolerant(self: "TolerantRedisCache", *args: Any, **kwargs: Any) -> Any:
            if self.is_resting():
                return fallback(*args, **kwargs)
            try:
                return method(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                self.rest(error)
                return fallback(*args, **kwargs)

        return cast("Method", tolerant)

    return decorate


def _nothing(*args: Any, **kwargs: Any) -> None:
    return None


def _no(*args: Any, **kwargs: Any) -> bool:
    return False


def _default(key: str, default: Any = None, version: int | None = None) -> Any:
    return default


def _none_found(keys: Any, version: int | None = None) -> dict[str, Any]:
    return {}


def _all_failed(data: dict[str, Any], *args: Any, **kwargs: Any) -> list[str]:
    return list(data)


def _unknown_key(key: str, *args: Any, **kwargs: Any) -> int:
    raise ValueError(f"Key {key!r} not found")


class TolerantRedisCache(RedisCache):
    """What Django's own does, and during an outage what an empty cache that keeps nothing does."""

    _resting_until = 0.0  # of the whole process, since each thread has a cache of its own

    add = _or(_no)(RedisCache.add)
    get = _or(_default)(RedisCache.get)
    set = _or(_nothing)(RedisCache.set)
    touch = _or(_no)(RedisCache.touch)
    delete = _or(_no)(RedisCache.delete)
    get_many = _or(_none_found)(RedisCache.get_many)
    has_key = _or(_no)(RedisCache.has_key)
    incr = _or(_unknown_key)(RedisCache.incr)
    set_many = _or(_all_failed)(RedisCache.set_many)
    delete_many = _or(_nothing)(RedisCache.delete_many)
    clear = _or(_no)(RedisCache.clear)

    @classmethod
    def is_resting(cls) -> bool:
        return time.monotonic() < cls._resting_until

    @classmethod
    def rest(cls, error: Exception) -> None:
        cls._resting_until = time.monotonic() + REST_SECONDS
        logger.warning("The cache cannot be had (%s); going on without it.", type(error).__name__)
