"""Who is at the other end of a socket: by the browser's session, or by an access token."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils.module_loading import import_string

from core.errors import DomainError


@dataclass(frozen=True)
class SignedIn:
    user: AbstractBaseUser
    ends_at: datetime
    sign_in_id: str


@dataclass(frozen=True)
class SessionCredential:
    """A session; it may be prolonged while the socket is open."""

    session_key: str

    @database_sync_to_async
    def identify(self) -> SignedIn | None:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(self.session_key)
        user = get_user(request)
        sign_in_id = request.session.get(settings.LIVE_SIGN_IN_SESSION_KEY)
        if not isinstance(user, AbstractBaseUser) or sign_in_id is None:
            return None
        # Asked for anew, since it knows who acts in another's name: policies ask about that.
        person = import_string(settings.LIVE_SIGN_IN_CHECK)(sign_in_id)
        if person is None or person.pk != user.pk:
            return None
        return SignedIn(person, request.session.get_expiry_date(), sign_in_id)


@dataclass(frozen=True)
class TokenCredential:
    """An access token; it ends when it says so."""

    token: str

    @database_sync_to_async
    def identify(self) -> SignedIn | None:
        try:
            return SignedIn(*import_string(settings.LIVE_TOKEN_AUTHENTICATOR)(self.token))
        except DomainError:
            return None


Credential = SessionCredential | TokenCredential


def session_credential(cookie_header: str) -> SessionCredential | None:
    key = parse_cookie(cookie_header).get(settings.SESSION_COOKIE_NAME)
    return SessionCredential(key) if key else None
