"""The cache in an outage: what it answers, and that nobody waits for it."""

import pytest
from django.core.cache import cache
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from core.cache import TolerantRedisCache

pytestmark = pytest.mark.engines


@pytest.fixture
def outage(monkeypatch):
    """The server cannot be reached; `attempts` counts how often somebody tried."""
    attempts = []

    def refuse(*args, **kwargs):
        attempts.append(args)
        raise RedisConnectionError

    cache.set("kept", "value")
    monkeypatch.setattr(TolerantRedisCache, "_resting_until", 0.0)
    monkeypatch.setattr(Redis, "execute_command", refuse)
    return attempts


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda: cache.get("kept"), None),
        (lambda: cache.get("kept", "default"), "default"),
        (lambda: cache.get("kept", default="default", version=2), "default"),
        (lambda: cache.get_or_set("kept", lambda: "made anew"), "made anew"),
        (lambda: cache.set("kept", 1), None),
        (lambda: cache.add("kept", 1), False),
        (lambda: cache.touch("kept"), False),
        (lambda: cache.delete("kept"), False),
        (lambda: cache.has_key("kept"), False),
        (lambda: "kept" in cache, False),
        (lambda: cache.get_many(["kept", "other"]), {}),
        (lambda: cache.delete_many(["kept"]), None),
        (cache.clear, False),
    ],
)
@pytest.mark.parametrize("resting", [False, True])
def test_an_outage_looks_like_an_empty_cache(outage, call, answer, resting):
    if resting:
        cache.get("kept")

    assert call() == answer


def test_counting_fails_as_for_a_key_that_is_not_there(outage):
    for count in (cache.incr, cache.decr):
        with pytest.raises(ValueError, match="kept"):
            count("kept")


def test_a_server_that_is_away_is_left_alone_for_a_while(outage):
    for _ in range(10):
        assert cache.get("kept") is None

    assert len(outage) == 1


def test_it_is_used_again_after_a_while(outage, monkeypatch):
    assert cache.get("kept") is None
    assert TolerantRedisCache.is_resting()

    monkeypatch.undo()  # the server is back and its rest is over

    assert cache.get("kept") == "value"


def test_a_fault_of_the_caller_is_still_a_fault(outage):
    with pytest.raises((TypeError, AttributeError)):
        cache.set("kept", lambda: "cannot be stored")


def test_connections_give_up_soon(settings):
    options = settings.CACHES["default"]["OPTIONS"]

    assert options["socket_connect_timeout"] <= 1
    assert options["socket_timeout"] <= 1
