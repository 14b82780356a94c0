"""What every answer below /api/ has in common, whichever layer gave it."""

import datetime
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework.permissions import SAFE_METHODS

from core import throttles
from core.api.exceptions import refusal_for, refusal_of
from core.clock import now
from core.errors import Throttled
from core.requests import is_api, known_user


class ApiMiddleware:
    """Rate limits in headers, times in UTC, and nothing personal in a shared cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        if throttles.standing_of(request) is None:
            response = _count_late(request, response)
        _show_standing(request, response)
        _keep_private(response)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """After every middleware that may have switched to a person's own time zone."""
        if is_api(request):
            timezone.activate(datetime.UTC)


class SlashMiddleware(CommonMiddleware):
    """Django's, but a write to an address without its slash is not sent elsewhere.

    The redirect would lose the body; the 404 says what is wrong.
    """

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if is_api(request) and request.method not in SAFE_METHODS:
            return False
        return bool(super().should_redirect_with_slash(request))


def _count_late(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Requests that were refused before any view counted them.

    Somebody who showed credentials is only looked at: a classroom of expired tokens must go on
    hearing that they expired. So are views that count in their own way.
    """
    is_refusal = response.status_code >= HTTPStatus.BAD_REQUEST
    if not is_refusal or _claims_to_be_somebody(request) or _counts_by_itself(request):
        throttles.look_at(request)
        return response
    try:
        throttles.charge(request)
    except Throttled as error:
        refusal = refusal_of(error) or refusal_for(HTTPStatus.TOO_MANY_REQUESTS)
        return refusal.as_response()
    return response


def _claims_to_be_somebody(request: HttpRequest) -> bool:
    if known_user(request) is not None:
        return False
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return has_session or "HTTP_AUTHORIZATION" in request.META


def _counts_by_itself(request: HttpRequest) -> bool:
    view = getattr(request.resolver_match and request.resolver_match.func, "cls", None)
    return view is not None and not view.throttle_classes


def _show_standing(request: HttpRequest, response: HttpResponseBase) -> None:
    standing = throttles.standing_of(request)
    if standing is None:
        return
    response["X-RateLimit-Limit"] = str(standing.limit)
    response["X-RateLimit-Remaining"] = str(standing.remaining)
    response["X-RateLimit-Reset"] = str(int(now().timestamp()) + standing.resets_in)


def _keep_private(response: HttpResponseBase) -> None:
    response.headers.setdefault("Cache-Control", "no-store")
    patch_vary_headers(response, ("Authorization", "Cookie"))
