"""Somebody acts in another's name: who in truth, for policies, pages, logs and the audit log.

Whoever looks up a sign-in hangs the one behind it on the person as `impersonator`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from core.requests import known_user_in_hand

if TYPE_CHECKING:
    from core.policies import Person


def impersonator_of(user: Person) -> Any:
    """Who in truth acts where `user` seems to; also for a row that was loaded anew meanwhile."""
    acting = known_user_in_hand()
    if acting is not None and acting.pk == user.pk:
        return getattr(acting, "impersonator", None)
    return getattr(user, "impersonator", None)


def impersonator_in_hand() -> Any:
    """Who in truth makes the request that this thread works on, if that is somebody else."""
    return getattr(known_user_in_hand(), "impersonator", None)


def impersonation(request: HttpRequest) -> dict[str, Any]:
    """The context processor behind the banner that every page bears meanwhile."""
    user = getattr(request, "user", None)
    is_borrowed = getattr(user, "impersonator", None) is not None
    return {"impersonated": user if is_borrowed else None}
