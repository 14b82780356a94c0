"""Pages in the language and the time zone that somebody chose."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from accounts.middleware import SESSION_KEY
from accounts.models import User
from core.requests import is_api


class TastesMiddleware:
    """The API speaks UTC to everybody, and the language of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = _person_at_a_page(request)
        if person is None:
            return self.get_response(request)
        with timezone.override(ZoneInfo(person.time_zone or settings.TIME_ZONE)):
            if not person.locale:
                return self.get_response(request)
            with translation.override(person.locale):
                response = self.get_response(request)
                response.headers.setdefault("Content-Language", translation.get_language())
                return response


def _person_at_a_page(request: HttpRequest) -> User | None:
    """Nobody is looked up for a browser that has never signed in."""
    if is_api(request) or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if SESSION_KEY not in request.session or not isinstance(request.user, User):
        return None
    return request.user
