"""The browser's own session, for calls that our pages make."""

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from core.errors import Denied

_NO_CSRF_TOKEN = _(
    "This call lacks the page's CSRF token. Send it as X-CSRFToken, or reload the page."
)


class SessionAuthentication(authentication.SessionAuthentication):
    """DRF's, but whoever is not signed in gets 401, and a failed CSRF check says what to do."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="api"'

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise Denied(_NO_CSRF_TOKEN) from None
