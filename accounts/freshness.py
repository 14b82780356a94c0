"""How lately somebody proved who they are: asked before what a borrowed session must not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from rest_framework.request import Request

from accounts.actions.audit import record_audit
from accounts.middleware import sign_in_behind
from accounts.models import SignIn
from core.callers import Caller
from core.clock import now
from core.errors import ProofNeeded

View = TypeVar("View", bound=Callable[..., Any])


def demand_fresh(request: HttpRequest | Request, *, at: datetime | None = None) -> None:
    """Raise `ProofNeeded` unless the sign-in that asks was proven lately.

    The API answers 403 `REAUTHENTICATION_REQUIRED`; a page leads to the proof and back to itself
    (`core.pages` does that). A key of an outside system, and staff who act for somebody, are
    never fresh.
    """
    sign_in = current_sign_in(request)
    if sign_in is None or not is_fresh(sign_in, at=at or now()):
        raise ProofNeeded


def fresh(view: View) -> View:
    """Guard a page, a function or a class, by `demand_fresh`. Methods of ModelAdmin call that."""
    if isinstance(view, type):
        return method_decorator(fresh, name="dispatch")(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        demand_fresh(request)
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


def is_fresh(sign_in: SignIn, *, at: datetime) -> bool:
    proved_at = sign_in.proved_at
    age = timedelta(minutes=settings.FRESH_MINUTES)
    return sign_in.impersonator_id is None and proved_at is not None and at - proved_at < age


def current_sign_in(request: HttpRequest | Request) -> SignIn | None:
    """What the request stands on: a browser's session or a family of tokens."""
    if not isinstance(request, Request):
        return sign_in_behind(request)
    if request.auth is None:
        return sign_in_behind(request._request)  # noqa: SLF001
    return request.auth if isinstance(request.auth, SignIn) else None


@transaction.atomic
def prove_again(
    sign_in: SignIn,
    *,
    way: str,
    caller: Caller,
    at: datetime,
    with_second_factor: bool = False,
) -> None:
    """Note that whoever holds `sign_in` has just proven by `way` who they are."""
    sign_in.proved_at = at
    sign_in.has_second_factor = sign_in.has_second_factor or with_second_factor
    sign_in.save(update_fields=["proved_at", "has_second_factor"])
    record_audit(
        "accounts.proved_again",
        by=sign_in.user,
        target=sign_in.user,
        data={"kind": sign_in.kind, "way": way},
        caller=caller,
        at=at,
    )
