"""Who is behind a request, as long as their sign-in lives."""

from functools import partial

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.actions.sign_ins import note_seen
from accounts.models import SignIn, User
from core.clock import now

SESSION_KEY = "sign_in"


class SignInMiddleware(AuthenticationMiddleware):
    """In place of Django's own, which knows the session but not that its sign-in was ended.

    A session without a living sign-in is nobody's: ending the row, deactivating the user or
    changing the password takes effect at the next request.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(partial(_user_behind, request))  # type: ignore[assignment]


def sign_in_behind(request: HttpRequest) -> SignIn | None:
    """The living sign-in of the browser that asks, looked up once a request."""
    if not hasattr(request, "_sign_in"):
        request._sign_in = _look_up(request)  # type: ignore[attr-defined]  # noqa: SLF001
    return request._sign_in  # type: ignore[attr-defined]  # noqa: SLF001


def bind(request: HttpRequest, sign_in: SignIn) -> None:
    """From now on this browser's session stands for `sign_in`."""
    request.session[SESSION_KEY] = str(sign_in.sid)
    request._sign_in = sign_in  # type: ignore[attr-defined]  # noqa: SLF001


def _user_behind(request: HttpRequest) -> User | AnonymousUser:
    sign_in = sign_in_behind(request)
    return sign_in.user if sign_in else AnonymousUser()


def _look_up(request: HttpRequest) -> SignIn | None:
    sid = request.session.get(SESSION_KEY)
    if sid is None:
        return None
    at = now()
    sign_in = (
        SignIn.objects.select_related("user").filter(sid=sid, kind=SignIn.Kind.BROWSER).first()
    )
    if sign_in is None or not sign_in.is_living(at):
        request.session.flush()
        return None
    note_seen(sign_in, at=at)
    return sign_in
