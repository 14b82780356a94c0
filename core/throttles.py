"""How often somebody may call: counted by account where there is one, else by address.

A classroom shares one address, so whoever is signed in is counted alone. A scope names the rates of
one kind of call (`settings.THROTTLES`); a view chooses it by `throttle_scope`.
"""

import hashlib
import ipaddress
import re
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.errors import Throttled
from core.requests import client_address

DEFAULT_SCOPE = "default"
PATIENCE_SECONDS = 0.5
# After a failure the cache is left alone for so long, so that requests do not queue up behind it.
REST_SECONDS = 5.0
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
# Who has the whole network of an IPv6 customer has 2^64 addresses to call from.
IPV6_CUSTOMER = 64

# One step, so that nobody counts in between and no count is left without an end.
_COUNT = """
local used = tonumber(redis.call('GET', KEYS[1]) or 0)
if ARGV[1] ~= '0' then
  used = redis.call('INCRBY', KEYS[1], ARGV[1])
  if redis.call('TTL', KEYS[1]) < 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[2])
  end
end
return {used, redis.call('TTL', KEYS[1])}
"""

_resting_until = 0.0
_RATE = re.compile(r"(\d+)/(second|minute|hour|day)")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rate:
    limit: int
    seconds: int


@dataclass(frozen=True)
class Standing:
    """Where a caller stands in the window that began with their first call."""

    limit: int
    used: int
    resets_in: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_over(self) -> bool:
        return self.used > self.limit


class Throttle(BaseThrottle):
    """The throttle of every API view.

    A way of signing in may be counted by itself (`counted_as` of what stands in `request.auth`).
    On a view, `throttle_scope` names the scope; `throttle_account(request)` may name whom a caller
    claims to be before they are signed in; with `public_reads` anybody may read without being
    counted.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        if self._is_free(request, view):
            look_at(request._request)  # noqa: SLF001
            return True
        counted_as = getattr(request.auth, "counted_as", None)
        if counted_as is not None:
            charge_as(counted_as, request._request, scope="api-keys")  # noqa: SLF001
            return True
        claim = getattr(view, "throttle_account", None)
        charge(
            request._request,  # noqa: SLF001
            scope=getattr(view, "throttle_scope", None) or DEFAULT_SCOPE,
            account=claim(request) if claim else None,
        )
        return True

    @staticmethod
    def _is_free(request: Request, view: Any) -> bool:
        is_public_read = getattr(view, "public_reads", False) and request.method in SAFE_METHODS
        return is_public_read and not request.user.is_authenticated


def charge(request: HttpRequest, *, scope: str = DEFAULT_SCOPE, account: str | None = None) -> None:
    """Count this request; raises `Throttled` when its caller came too often.

    The account counts first: an account that is over its rate uses up nothing of its address's.
    """
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        rate = _rate(scope, "account")
        if user.is_staff:
            _note(request, _unused(rate))
            return
        _settle(request, _count(f"{scope}:user:{user.pk}", rate, by=1))
        return
    if account is not None:
        claimed = _count(f"{scope}:account:{_digest(account)}", _rate(scope, "account"), by=1)
        _settle(request, claimed)
    _settle(request, _count(_address_key(scope, request), _rate(scope, "address"), by=1))


def has_room(account: str, *, scope: str) -> bool:
    """Count for somebody who is only named, where nobody is to learn that it was too often."""
    return not _count(f"{scope}:account:{_digest(account)}", _rate(scope, "account"), by=1).is_over


def charge_as(name: str, request: HttpRequest, *, scope: str) -> None:
    """Count this request by a name of its own, whoever is behind it."""
    _settle(request, _count(f"{scope}:{name}", _rate(scope, "account"), by=1))


def look_at(request: HttpRequest) -> None:
    """Note where an anonymous caller stands, without counting this call."""
    rate = _rate(DEFAULT_SCOPE, "address")
    _note(request, _count(_address_key(DEFAULT_SCOPE, request), rate, by=0))


def standing_of(request: HttpRequest) -> Standing | None:
    """The tightest standing noted for this request."""
    standing: Standing | None = getattr(request, "throttle_standing", None)
    return standing


@cache
def parse_rate(text: str) -> Rate:
    found = _RATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no rate such as 100/hour")
    return Rate(int(found[1]), SECONDS[found[2]])


def _rate(scope: str, by: str) -> Rate:
    rates = settings.THROTTLES[scope]
    rate = parse_rate(rates.get(by) or settings.THROTTLES[DEFAULT_SCOPE][by])
    return Rate(max(1, round(rate.limit * settings.THROTTLE_FACTOR)), rate.seconds)


def _settle(request: HttpRequest, standing: Standing) -> None:
    _note(request, standing)
    if standing.is_over:
        raise Throttled(retry_after=standing.resets_in)


def _note(request: HttpRequest, standing: Standing) -> None:
    before = standing_of(request)
    if before is None or standing.remaining <= before.remaining:
        request.throttle_standing = standing  # type: ignore[attr-defined]


def _count(key: str, rate: Rate, *, by: int) -> Standing:
    """One round trip. Without the cache everybody is let through."""
    global _resting_until  # noqa: PLW0603  (of the whole process)
    if time.monotonic() < _resting_until:
        return _unused(rate)
    name = f"apranova:rate:{key}"
    try:
        used, seconds_left = _script()(keys=[name], args=[by, rate.seconds])
    except (RedisError, OSError) as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("nobody is throttled: the cache cannot be had", reason=str(error))
        return _unused(rate)
    return Standing(rate.limit, used, seconds_left if seconds_left > 0 else rate.seconds)


def _unused(rate: Rate) -> Standing:
    return Standing(rate.limit, 0, rate.seconds)


def _address_key(scope: str, request: HttpRequest) -> str:
    address = ipaddress.ip_address(client_address(request))
    if address.version == 6:
        return f"{scope}:address:{ipaddress.ip_network((address, IPV6_CUSTOMER), strict=False)}"
    return f"{scope}:address:{address}"


def _digest(account: str) -> str:
    """Keys hold no personal data, whatever somebody types into a sign-in form."""
    # Half of a character has no bytes.
    named = account.strip().casefold().encode("utf-8", "replace")
    return hashlib.sha256(named).hexdigest()[:32]


@cache
def _script() -> Script:
    return _counters().register_script(_COUNT)


@cache
def _counters() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
