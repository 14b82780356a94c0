"""Proving who one is by a password, with a brake on guessing."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.actions.audit import record_audit
from accounts.errors import InvalidCredentials
from accounts.models import SignInBrake, User
from accounts.rules import (
    Admission,
    BrakeLimits,
    BrakeState,
    normalise_email,
    seconds_left,
    try_sign_in,
)
from core.callers import Caller
from core.errors import Locked, Throttled

IPV6_NEIGHBOURHOOD = 64


@dataclass(frozen=True)
class Try:
    """One try to sign in, counted before its password is looked at."""

    account: str
    key: str
    caller: Caller


def count_try(*, email: str, device: str | None, caller: Caller, at: datetime) -> Try:
    """Raises `Throttled` or `Locked` where there were too many, by account and place.

    The place is the `device` where this account signed in before, or else the address.
    """
    account = normalise_email(email)
    this = Try(account, _brake_key(account, device or _neighbourhood(caller.address)), caller)
    state, admission = _count(this.key, at=at)
    if admission is Admission.ADMITTED:
        return this
    if admission is Admission.LOCKED_NOW:
        _note_failure("accounts.sign_in_locked", this, _user_of(this), at=at)
    left = seconds_left(state, at=at)
    raise (Throttled if admission is Admission.WAIT else Locked)(retry_after=left)


def identify(this: Try, *, password: str, at: datetime) -> User:
    """Who this is. An unknown address costs the same time and gets the same answer."""
    user = _user_of(this)
    if not _is_password_of(user, password) or user is None or not user.is_active:
        _note_failure("accounts.sign_in_failed", this, user, at=at)
        raise InvalidCredentials
    SignInBrake.objects.filter(key=this.key).update(tries=0, first_try_at=at, wait_until=None)
    return user


def account_mark(account: str) -> str:
    """Tells tries at the same address apart from others without saying which address."""
    return salted_hmac("accounts.account_mark", account, algorithm="sha256").hexdigest()[:16]


@transaction.atomic
def _count(key: str, *, at: datetime) -> tuple[BrakeState, Admission]:
    SignInBrake.objects.bulk_create(
        [SignInBrake(key=key, tries=0, first_try_at=at)], ignore_conflicts=True
    )
    brake = SignInBrake.objects.select_for_update().get(key=key)
    before = BrakeState(brake.tries, brake.first_try_at, brake.wait_until)
    state, admission = try_sign_in(before, at=at, limits=_limits())
    SignInBrake.objects.filter(key=key).update(
        tries=state.tries, first_try_at=state.first_try_at, wait_until=state.wait_until
    )
    return state, admission


def _limits() -> BrakeLimits:
    return BrakeLimits(
        free_tries=settings.SIGN_IN_FREE_TRIES,
        first_wait=timedelta(seconds=settings.SIGN_IN_WAIT_SECONDS),
        lock_after=settings.SIGN_IN_LOCK_AFTER,
        lock_time=timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES),
    )


def _is_password_of(user: User | None, password: str) -> bool:
    if user is None:
        # The same work as for somebody whom we know, so that time does not tell them apart.
        User().set_password(password)
        return False
    return user.check_password(password)


def _user_of(this: Try) -> User | None:
    return User.objects.filter(email=this.account).first()


def _note_failure(action: str, this: Try, user: User | None, *, at: datetime) -> None:
    data = {"account": account_mark(this.account)}
    record_audit(action, by=None, target=user, data=data, caller=this.caller, at=at)


def _brake_key(account: str, place: str) -> str:
    return salted_hmac("accounts.brake", f"{account}\n{place}", algorithm="sha256").hexdigest()


def _neighbourhood(address: str | None) -> str:
    """Whoever has one IPv6 address has the whole network around it."""
    if address is None or "." in address:
        return f"address {address}"
    network = ipaddress.ip_network((address, IPV6_NEIGHBOURHOOD), strict=False)
    return f"address {network}"
