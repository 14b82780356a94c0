"""Pages in the language and the time zone that somebody chose."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from core.requests import is_api


class TastesMiddleware:
    """Switches as soon as somebody asks who it is: a request that never does costs nothing.

    The API speaks UTC to everybody, and the language of the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            return self.get_response(request)
        language = translation.get_language()
        request.user = SimpleLazyObject(partial(_suited, request.user))  # type: ignore[assignment]
        try:
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        finally:
            timezone.deactivate()
            translation.activate(language)
        return response


def _suited(person: User | AnonymousUser) -> User | AnonymousUser:
    """The same person, now that pages are theirs."""
    if isinstance(person, User):
        timezone.activate(ZoneInfo(person.time_zone or settings.TIME_ZONE))
        if person.locale:
            translation.activate(person.locale)
    return person
