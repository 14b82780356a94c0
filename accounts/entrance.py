"""The one entrance by password: what a page and the API ask alike before somebody is in."""

from django.http import HttpRequest

from accounts.actions.credentials import count_try, identify
from accounts.devices import known_device
from accounts.models import User
from core import clock
from core.callers import caller_of
from core.throttles import charge

SCOPE = "login"


def person_with_password(request: HttpRequest, *, email: str, password: str) -> User:
    """Raises what the caller should hear, the brake's answer before that of the throttle.

    Where this account signed in from this browser before, that browser is counted by itself, so
    that strangers who guess lock nobody out.
    """
    device = known_device(request, email)
    door = count_try(email=email, device=device, caller=caller_of(request), at=clock.now())
    charge(request, scope=SCOPE, account=device or door.account)
    return identify(door, password=password, at=clock.now())
