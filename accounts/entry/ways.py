"""The ways in for those who have no sign-in yet, for pages and API alike: counted, then acted on.

By address too many are refused (429). By the account that is named, nothing is said and no mail is
sent: else the answer would tell who is here, or strangers could fill somebody's mailbox.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.actions.addresses import ask_for_change, send_proof_again
from accounts.actions.passwords import ask_for_reset, change_password
from accounts.actions.registration import Newcomer, register
from accounts.entrance import person_with_password, user_in
from accounts.entry.modes import demand_open_to
from accounts.errors import InvalidCredentials
from accounts.freshness import current_sign_in, demand_fresh
from accounts.models import SignIn, User
from accounts.rules import normalise_email
from core.callers import caller_of
from core.clock import now
from core.errors import Invalid
from core.throttles import charge, has_room

REGISTRATION, RESET, VERIFICATION = "registration", "reset", "verification"


def join(request: HttpRequest, newcomer: Newcomer) -> User | None:
    """None for an address that somebody has already, of which the caller must learn nothing."""
    charge(request, scope=REGISTRATION)
    demand_open_to(newcomer.email)
    is_mail_due = has_room(newcomer.email, scope=REGISTRATION)
    return register(newcomer, is_mail_due=is_mail_due, caller=caller_of(request), at=now())


def forget_password(request: HttpRequest, email: str) -> None:
    charge(request, scope=RESET)
    is_mail_due = has_room(normalise_email(email), scope=RESET)
    ask_for_reset(email, is_mail_due=is_mail_due, at=now())


def want_proof_again(request: HttpRequest, email: str) -> None:
    charge(request, scope=VERIFICATION)
    is_mail_due = has_room(normalise_email(email), scope=VERIFICATION)
    send_proof_again(email, is_mail_due=is_mail_due, at=now())


def choose_password(request: HttpRequest, *, old_password: str, new_password: str) -> User:
    """A browser stays signed in; an app signs in again, since every token ends."""
    user = user_in(request)
    _prove(request, user, password=old_password, field="old_password")
    sign_in = current_sign_in(request)
    is_browser = sign_in is not None and sign_in.kind == SignIn.Kind.BROWSER
    keep = sign_in if is_browser else None
    return change_password(
        user, password=new_password, keep=keep, caller=caller_of(request), at=now()
    )


def move_to_address(request: HttpRequest, *, email: str, password: str) -> None:
    user = user_in(request)
    if normalise_email(email) == user.email:
        raise Invalid(email=[_("This is your address already.")])
    _prove(request, user, password=password, field="password")
    ask_for_change(user, email=email, caller=caller_of(request), at=now())


def _prove(request: HttpRequest, user: User, *, password: str, field: str) -> None:
    """By the password, with the brake on guessing; who has none, by a proof of lately."""
    if not user.has_usable_password():
        demand_fresh(request)
        return
    try:
        person_with_password(request, email=user.email, password=password)
    except InvalidCredentials:
        wrong: dict[str, Any] = {field: [_("This is not your password. Please try again.")]}
        raise Invalid(**wrong) from None
