"""What belongs to one request: its id, its caller, its address, its line in the log.

Logging is set up before the apps are, so nothing in here may need them at import.
"""

import ipaddress
import logging
import re
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponseBase
from django.utils.encoding import escape_uri_path
from django.utils.functional import LazyObject, empty

from core.metrics.requests import count_failure
from core.outages import is_outage
from core.redaction import HIDDEN, is_secret_name
from core.trace import REQUEST_ID_LENGTH, tracing

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.urls import ResolverMatch

API_ROOT = "/api/"
NO_ADDRESS = "0.0.0.0"  # noqa: S104  (a peer on a socket file has no address)

# Asked for by machines every few seconds, or once for each file of a page.
_QUIET_PATHS = ("/health", "/metrics", "/static/")
_SANE_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{REQUEST_ID_LENGTH}}}")

logger = structlog.get_logger(__name__)
access = structlog.get_logger("access")
_in_hand: ContextVar[HttpRequest | None] = ContextVar("request_in_hand", default=None)


class RequestMiddleware:
    """The outermost layer: whatever answers below, the answer bears the id of its request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = _request_id(request)
        token = _in_hand.set(request)
        try:
            with tracing(request_id):
                response = self.get_response(request)
                response["X-Request-ID"] = request_id
                _log_access(request, response.status_code, time.perf_counter() - started)
                return response
        finally:
            _in_hand.reset(token)


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_ROOT)


def known_user(request: HttpRequest) -> "AbstractBaseUser | None":
    """Who calls, if somebody has asked that already: it never costs a query."""
    user: Any = request.__dict__.get("user")
    if user is None or (isinstance(user, LazyObject) and user._wrapped is empty):  # type: ignore[attr-defined]  # noqa: SLF001
        return None
    return user if user.is_authenticated else None


def known_user_in_hand() -> "AbstractBaseUser | None":
    """The same for the request that this thread works on, if any."""
    request = _in_hand.get()
    return known_user(request) if request else None


def client_address(request: HttpRequest) -> str:
    """The caller's address: what the outermost of our own proxies saw.

    Each proxy appends the address that it saw, so that the last entries are ours and everything
    before them is whatever the caller liked to write.
    """
    peer = _as_address(request.META.get("REMOTE_ADDR", "")) or NO_ADDRESS
    proxies = settings.TRUSTED_PROXIES
    if not proxies:
        return peer
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if len(seen) < proxies:
        return peer
    return _as_address(seen[-proxies]) or peer


def shown_path(request: HttpRequest) -> str:
    """The path as logs may show it: without its query, and without the keys of mailed links."""
    path = escape_uri_path(request.path)
    match = request.resolver_match or _match_of(request.path_info)
    secret = {
        escape_uri_path(str(value))
        for name, value in (match.kwargs.items() if match else ())
        if is_secret_name(name) and value
    }
    if not secret:
        return path
    # All at once and the longest first: a short one is a part of a long one, which is then no more
    # to be found.
    longest_first = sorted(secret, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), HIDDEN, path)


def _match_of(path: str) -> "ResolverMatch | None":
    """Of what was answered before any view was looked for, such as an address without its slash."""
    from django.urls import Resolver404, resolve  # noqa: PLC0415  (see above)

    for each in (path, f"{path}/"):
        with suppress(Resolver404):
            return resolve(each)
    return None


def log_failure(request: HttpRequest | None, error: BaseException) -> None:
    """Outages fill no log with tracebacks; a fault of ours shows where it is."""
    count_failure(error)
    about = {"method": request.method, "path": shown_path(request)} if request else {}
    if is_outage(error):
        logger.error("unavailable", reason=f"{type(error).__name__}: {error}"[:300], **about)
    else:
        logger.error("request failed", exc_info=error, **about)


def _log_unhandled(sender: object, request: HttpRequest | None = None, **_: object) -> None:
    error = sys.exc_info()[1]
    if error is not None:
        log_failure(request, error)


got_request_exception.connect(_log_unhandled, dispatch_uid="core.requests")


def _request_id(request: HttpRequest) -> str:
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if _SANE_ID.fullmatch(given) else str(uuid.uuid4())


def _log_access(request: HttpRequest, status: int, seconds: float) -> None:
    level = logging.DEBUG if request.path.startswith(_QUIET_PATHS) else logging.INFO
    access.log(
        level,
        "request",
        method=request.method,
        path=shown_path(request),
        status=status,
        ms=round(seconds * 1000, 1),
    )


def _as_address(text: str) -> str | None:
    """Some proxies write the port too: `192.0.2.7:5060`, `[2001:db8::7]:5060`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
