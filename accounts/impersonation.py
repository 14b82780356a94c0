"""Staff in somebody else's name: getting in, getting out, and what stays shut meanwhile.

What accounts serves is how one comes in and what proves it, so all of it is refused but for the
list below: a page that somebody adds is shut until it is listed. Higher floors mark their policies
(`core.policies`, `in_person=True`), which every page, call, socket and template asks anyhow.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.actions.audit import record_audit
from accounts.actions.impersonation import start_impersonation
from accounts.actions.sign_ins import end_sign_in
from accounts.entrance import user_in
from accounts.freshness import demand_fresh
from accounts.middleware import sign_in_behind, switch_to
from accounts.models import SignIn, User
from core.api.exceptions import refusal_for, refusal_of
from core.callers import caller_of
from core.clock import now
from core.errors import Denied, InPersonOnly, NotSignedIn
from core.pages import refuse
from core.policies import demand

GUARDED_APPS = ("accounts.", "allauth.")

READING = frozenset({"GET", "HEAD", "OPTIONS"})
ANYTHING = READING | {"POST"}
# Addresses of accounts that are open to somebody who acts in another's name, by their names.
OPEN = {
    "landing": READING,
    "dashboard": READING,
    "account_login": READING,
    "account_logout": ANYTHING,
    "impersonation_end": ANYTHING,
    "auth-logout": ANYTHING,
    "auth-me": READING,
    "auth-session": READING,
    "auth-sessions": READING,
    "avatar": READING,
    "privacy": READING,
    "profile": READING,
    "terms": READING,
    "trainers": READING,
    "user": READING,
    "user-profile": READING,
    "users": READING,
}


class ImpersonationMiddleware:
    """Refuses what nobody does in another's name, whichever view serves it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponseBase | None:
        """Goes by the cookie, whatever else the request shows: a token does not open this door."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or _is_open(request, view):
            return None
        if not is_impersonated(request):
            return None
        refusal = refusal_of(InPersonOnly()) or refusal_for(InPersonOnly.status)
        return refuse(request, refusal)


def impersonate(request: HttpRequest, user: User) -> None:
    """This browser is `user` from now on. Raises `ProofNeeded`; a try at a wrong one is kept."""
    staff = user_in(request)
    own = sign_in_behind(request)
    if own is None:
        raise NotSignedIn
    try:
        demand(staff, "accounts.impersonate", user)
    except Denied:
        record_audit(
            "accounts.escalation_refused",
            by=staff,
            target=user,
            data={"tried": "accounts.impersonate"},
            caller=caller_of(request),
            at=now(),
        )
        raise
    demand_fresh(request)
    switch_to(request, start_impersonation(user, own=own, caller=caller_of(request), at=now()))


def step_out(request: HttpRequest) -> User | None:
    """Back to one's own sign-in; says whose name that was."""
    borrowed = sign_in_behind(request)
    if borrowed is None or borrowed.behind is None:
        return None
    reason, caller = SignIn.End.STEPPED_OUT, caller_of(request)
    end_sign_in(borrowed, by=borrowed.behind.user, reason=reason, caller=caller, at=now())
    switch_to(request, borrowed.behind)
    return borrowed.user


def is_impersonated(request: HttpRequest) -> bool:
    """Whether the browser that asks acts in another's name."""
    sign_in = sign_in_behind(request)
    return sign_in is not None and sign_in.impersonator_id is not None


def _is_open(request: HttpRequest, view: Callable[..., Any]) -> bool:
    if not getattr(view, "__module__", "").startswith(GUARDED_APPS):
        return True
    name = getattr(request.resolver_match, "url_name", None) or ""
    return request.method in OPEN.get(name, ())
