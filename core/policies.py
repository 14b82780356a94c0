"""Who may do what: named policies that pages, API, admin, sockets and templates all ask.

A policy is a function of a person and an object. With no object it answers for the person's role:
may they do this at all? Apps declare theirs in their own `policies.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from http import HTTPMethod
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator
from rest_framework.permissions import SingleOperandHolder
from rest_framework.request import Request

from core.errors import Denied, InPersonOnly, Missing, NotForRole, NotSignedIn
from core.impersonation import impersonator_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

Person: TypeAlias = "AbstractBaseUser | AnonymousUser"
Answer = Callable[[Any, Any], bool]
AnswerT = TypeVar("AnswerT", bound=Answer)
View = TypeVar("View", bound=Callable[..., Any])


class UnknownPolicy(LookupError):
    """Somebody asks for a policy that nobody declared: a typing mistake, never a refusal."""


@dataclass(frozen=True)
class Policy:
    name: str
    answer: Answer
    for_anyone: bool
    seen_by: str | None
    in_person: bool

    @property
    def meaning(self) -> str:
        return (self.answer.__doc__ or "").strip().partition("\n")[0]

    def allows(self, user: Person, obj: object = None) -> bool:
        if not (user.is_active if user.is_authenticated else self.for_anyone):
            return False
        if self.in_person and impersonator_of(user) is not None:
            return False
        return bool(self.answer(user, obj))


_policies: dict[str, Policy] = {}


def policy(
    name: str, *, for_anyone: bool = False, seen_by: str | None = None, in_person: bool = False
) -> Callable[[AnswerT], AnswerT]:
    """Declare the decorated `(user, obj | None) -> bool` as the policy of this name.

    Only a policy `for_anyone` is asked about people who are not signed in; the others refuse them.
    `seen_by` names the policy on seeing the object: who may see it is told that they may not do
    this (403), who may not see it learns nothing of it (404). Without `seen_by` the policy is
    itself about seeing.

    What is `in_person` nobody does in another's name, such as sitting an exam or paying: whoever
    impersonates is refused, whatever the one may do whom they appear as.
    """

    def declare(answer: AnswerT) -> AnswerT:
        if name in _policies:
            raise ValueError(f"the policy {name!r} is declared already")
        _policies[name] = Policy(name, answer, for_anyone, seen_by, in_person)
        return answer

    return declare


def named(name: str) -> Policy:
    try:
        return _policies[name]
    except KeyError:
        raise UnknownPolicy(
            f"no policy is called {name!r}: declare it with @policy in its app's policies.py"
        ) from None


def every_policy() -> Iterator[Policy]:
    return (_policies[name] for name in sorted(_policies))


def can(user: Person, name: str, obj: object = None) -> bool:
    return named(name).allows(user, obj)


def demand(user: Person, name: str, obj: object = None) -> None:
    """Raise what the caller should hear, in this order: signed in, role, object."""
    asked = named(name)
    if not user.is_authenticated and not asked.for_anyone:
        raise NotSignedIn
    if asked.in_person and impersonator_of(user) is not None:
        raise InPersonOnly
    if not asked.allows(user):
        raise NotForRole if user.is_authenticated else NotSignedIn
    if obj is None or asked.allows(user, obj):
        return
    if asked.seen_by is not None and can(user, asked.seen_by, obj):
        raise Denied
    raise Missing


class Allows(SingleOperandHolder):
    """The DRF permission of a policy: `permission_classes = [Allows("core.view_job")]`.

    DRF takes classes there, and things that it calls like one: holders, of which this is one.
    """

    def __init__(self, name: str) -> None:
        self.name = named(name).name

    def __call__(self, *args: Any, **kwargs: Any) -> Allows:
        return self

    def has_permission(self, request: Request, view: object) -> bool:
        demand(request.user, self.name)
        return True

    def has_object_permission(self, request: Request, view: object, obj: object) -> bool:
        demand(request.user, self.name, obj)
        return True


def reading_or_writing(request: Request, read: str, write: str) -> list[Allows]:
    """What `get_permissions` of a view answers that reads by one policy and writes by another."""
    return [Allows(read if request.method in {"GET", "HEAD", "OPTIONS"} else write)]


def requires(name: str) -> Callable[[View], View]:
    """Guard a page, a function or a class, by what the person's role may do.

    Whoever is not signed in is sent to the sign-in page and back (`core.pages` does that). The
    page asks `demand` about its object itself, once it has it.
    """
    asked = named(name).name

    def guard(view: View) -> View:
        if isinstance(view, type):
            return method_decorator(requires(asked), name="dispatch")(view)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            demand(request.user, asked)
            return view(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]

    return guard


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page, and back to a page that can be asked for again."""
    sign_in = resolve_url(settings.LOGIN_URL)
    if request.method not in {HTTPMethod.GET, HTTPMethod.HEAD}:
        return redirect(sign_in)
    return redirect(f"{sign_in}?{urlencode({'next': request.get_full_path()}, safe='/')}")


def to_proof(request: HttpRequest) -> HttpResponseBase:
    """To the page where one proves again who one is, and back.

    Whoever sent a form is led back to the page that it stood on, since what they sent is gone.
    """
    back = request.get_full_path()
    if request.method not in {HTTPMethod.GET, HTTPMethod.HEAD}:
        back = _page_before(request)
    proof = resolve_url(settings.PROOF_URL)
    return redirect(f"{proof}?{urlencode({'next': back}, safe='/')}" if back else proof)


def _page_before(request: HttpRequest) -> str:
    """The path of our own page that the request came from, if the browser tells."""
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if before.netloc != request.get_host():
        return ""
    return before.path + (f"?{before.query}" if before.query else "")
