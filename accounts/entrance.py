"""The one entrance by password, for pages and the API alike, and who is inside."""

from django.http import HttpRequest

from accounts.actions.credentials import count_try, identify
from accounts.devices import known_device
from accounts.models import User
from core.callers import caller_of
from core.clock import now
from core.errors import NotSignedIn
from core.throttles import charge

SCOPE = "login"


def person_with_password(request: HttpRequest, *, email: str, password: str) -> User:
    """Raises what the caller should hear, the brake's answer before that of the throttle.

    Where this account signed in from this browser before, that browser is counted by itself, so
    that strangers who guess lock nobody out.
    """
    device = known_device(request, email)
    door = count_try(email=email, device=device, caller=caller_of(request), at=now())
    charge(request, scope=SCOPE, account=device or door.account)
    return identify(door, password=password, at=now())


def user_in(request: HttpRequest) -> User:
    """Who asks, where a policy has made sure that somebody does."""
    if not isinstance(request.user, User):
        raise NotSignedIn
    return request.user
