"""Proving who one is by a password, with a brake on guessing."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.actions.audit import record_audit
from accounts.actions.brake import brake_key, press, release
from accounts.actions.unlocking import tell_of_lock
from accounts.errors import InvalidCredentials
from accounts.models import User
from accounts.rules import (
    Admission,
    BrakeLimits,
    normalise_email,
    seconds_left,
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
    this = Try(account, brake_key(account, device or _neighbourhood(caller.address)), caller)
    state, admission = press(this.key, limits=_limits(), at=at)
    if admission is Admission.ADMITTED:
        return this
    if admission is Admission.LOCKED_NOW:
        user = _user_of(this)
        _note_failure("accounts.sign_in_locked", this, user, at=at)
        tell_of_lock(user, brake=this.key, caller=caller, at=at)
    left = seconds_left(state, at=at)
    raise (Throttled if admission is Admission.WAIT else Locked)(retry_after=left)


def identify(this: Try, *, password: str, at: datetime) -> User:
    """Who this is. An unknown address costs the same time and gets the same answer."""
    user = _user_of(this)
    if not _is_password_of(user, password) or user is None or not user.is_active:
        _note_failure("accounts.sign_in_failed", this, user, at=at)
        raise InvalidCredentials
    release(this.key, at=at)
    return user


def account_mark(account: str) -> str:
    """Tells tries at the same address apart from others without saying which address."""
    return salted_hmac("accounts.account_mark", account, algorithm="sha256").hexdigest()[:16]


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


def _neighbourhood(address: str | None) -> str:
    """Whoever has one IPv6 address has the whole network around it."""
    if address is None or "." in address:
        return f"address {address}"
    network = ipaddress.ip_network((address, IPV6_NEIGHBOURHOOD), strict=False)
    return f"address {network}"
