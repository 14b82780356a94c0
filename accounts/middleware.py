"""Who is behind a request, as long as their sign-in lives."""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.actions.sign_ins import end_sign_in, note_seen
from accounts.models import SignIn, User
from core.callers import caller_of
from core.clock import now

SESSION_KEY = "sign_in"
EXPIRY = "_session_expiry"  # Django's own: whether the browser forgets it when it is closed.
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


class SignInMiddleware(AuthenticationMiddleware):
    """In place of Django's own, which knows the session but not that its sign-in was ended.

    A session without a living sign-in is nobody's: ending the row, deactivating the user or
    changing the password takes effect at the next request.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(partial(_user_behind, request))  # type: ignore[assignment]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Pages of somebody are asked for anew each time, and are gone from the browser with them.

        Otherwise the next one at a shared computer would see them again by going back.
        """
        if getattr(request, "_sign_in", None) is None:
            return response
        if not request.user.is_authenticated:
            response.headers.setdefault("Clear-Site-Data", '"cache"')
        elif response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def sign_in_behind(request: HttpRequest) -> SignIn | None:
    """The living sign-in of the browser that asks, looked up once a request."""
    if not hasattr(request, "_sign_in"):
        request._sign_in = _look_up(request)  # type: ignore[attr-defined]  # noqa: SLF001
    return request._sign_in  # type: ignore[attr-defined]  # noqa: SLF001


def bind(request: HttpRequest, sign_in: SignIn) -> None:
    """From now on this browser's session stands for `sign_in`."""
    request.session[SESSION_KEY] = str(sign_in.sid)
    request._sign_in = sign_in  # type: ignore[attr-defined]  # noqa: SLF001


def switch_to(request: HttpRequest, sign_in: SignIn) -> None:
    """From now on this browser is somebody else: nothing of the session before is left.

    The CSRF token turns too, so that no form of the one can be sent as the other.
    """
    expiry = request.session.get(EXPIRY)
    request.session.flush()
    login(request, sign_in.user, BACKEND)
    if expiry is not None:
        request.session[EXPIRY] = expiry
    bind(request, sign_in)
    request.user = sign_in.person


def _user_behind(request: HttpRequest) -> User | AnonymousUser:
    sign_in = sign_in_behind(request)
    return sign_in.person if sign_in else AnonymousUser()


def _look_up(request: HttpRequest) -> SignIn | None:
    sid = request.session.get(SESSION_KEY)
    if sid is None:
        return None
    at = now()
    sign_in = (
        SignIn.objects.select_related("user", "behind__user")
        .filter(sid=sid, kind=SignIn.Kind.BROWSER)
        .first()
    )
    if sign_in is not None and sign_in.is_living(at):
        note_seen(sign_in, at=at)
        return sign_in
    if sign_in is not None and sign_in.behind is not None and sign_in.behind.is_living(at):
        _step_back(request, sign_in, sign_in.behind, at=at)
    else:
        request.session.flush()
    return None


def _step_back(request: HttpRequest, borrowed: SignIn, own: SignIn, *, at: datetime) -> None:
    """The time of an impersonation is over: the next request is the impersonator's own.

    This one is nobody's. What was meant to be done in another's name is not done as oneself.
    """
    reason = SignIn.End.STEPPED_OUT
    end_sign_in(borrowed, by=own.user, reason=reason, caller=caller_of(request), at=at)
    switch_to(request, own)
    request.user = AnonymousUser()
