"""Accounts at Google, GitHub and Apple: whom they belong to here, and how they come and go.

An account there opens one here if it was connected, or if both sides know the same address as
proven. Nothing else makes them the same person: who typed an address first need not be its owner.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.actions.audit import record_audit
from accounts.actions.registration import accept_terms
from accounts.entry.modes import demand_open_to
from accounts.errors import (
    AccountClosed,
    ConnectFirst,
    LastWayIn,
    NoProvenAddress,
    ProveAddressFirst,
    SocialAccountTaken,
    TermsNotAccepted,
)
from accounts.events import SocialAccountConnected, SocialAccountDisconnected, UserAdded
from accounts.gate import has_proven_address
from accounts.models import User
from core.callers import Caller
from core.errors import Missing
from core.events.actions import record
from core.mail.actions import queue_mail

GITHUB_NAME_LENGTH = 39


@transaction.atomic
def recognise(login: SocialLogin, *, caller: Caller, at: datetime) -> User | None:
    """Who this is here, connected from now on; None for somebody new.

    Raises `AccountClosed`, `NoProvenAddress` or `ConnectFirst`.
    """
    known = _known(login)
    if known is None and not _addresses(login):
        raise NoProvenAddress(login.provider.name)
    user = known.user if known else _owner_of(_addresses(login))
    if user is None:
        if _is_spoken_for(_addresses(login)):
            raise ConnectFirst(login.provider.name)
        return None
    if not user.is_active:
        raise AccountClosed
    if known is None:
        _attach(user, login, caller=caller, at=at)
    return user


def join(login: SocialLogin, *, has_accepted: bool, caller: Caller, at: datetime) -> User:
    """A new student; two who come at once with the same account are one."""
    demand_open_to(_addresses(login)[0])
    if not has_accepted:
        raise TermsNotAccepted(accept_terms=[str(TermsNotAccepted.message)])
    try:
        with transaction.atomic():
            return _make(login, caller=caller, at=at)
    except IntegrityError:
        user = recognise(login, caller=caller, at=at)
        if user is None:
            raise
        return user


@transaction.atomic
def connect(user: User, login: SocialLogin, *, caller: Caller, at: datetime) -> None:
    """By whoever is signed in; once more is no fault."""
    if not has_proven_address(user):
        raise ProveAddressFirst
    known = _known(login)
    if known is None:
        _attach(user, login, caller=caller, at=at)
    elif known.user_id != user.pk:
        raise SocialAccountTaken(login.provider.name)


@transaction.atomic
def disconnect(user: User, account_id: int, *, caller: Caller, at: datetime) -> None:
    # One at a time for a person, so that two tabs do not each leave the other's way in.
    User.objects.select_for_update().get(pk=user.pk)
    account = SocialAccount.objects.filter(user=user, pk=account_id).first()
    if account is None:
        raise Missing
    if not has_another_way_in(user, than=account):
        raise LastWayIn
    provider = account.provider
    account.delete()
    _note(user, "social_account_disconnected", provider, caller=caller, at=at)
    record(SocialAccountDisconnected(user_id=user.pk, provider=provider), by=user, at=at)


def has_another_way_in(user: User, *, than: SocialAccount) -> bool:
    """One that is open today: a provider that is no longer set up is none."""
    return (
        user.has_usable_password()
        or user.phone_verified_at is not None
        or Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()
        or SocialAccount.objects.filter(user=user, provider__in=configured_providers())
        .exclude(pk=than.pk)
        .exists()
    )


def configured_providers() -> list[str]:
    return [name for name, about in settings.SOCIALACCOUNT_PROVIDERS.items() if about["APPS"]]


def _known(login: SocialLogin) -> SocialAccount | None:
    account = login.account
    found = SocialAccount.objects.filter(provider=account.provider, uid=account.uid)
    return found.select_related("user").first()


def _addresses(login: SocialLogin) -> list[str]:
    """Those that the provider has verified; others are not even kept."""
    return [each.email for each in login.email_addresses if each.verified]


def _owner_of(addresses: list[str]) -> User | None:
    """Who has proven one of these here; the provider's first address goes first."""
    proven = {
        each.email.lower(): each.user
        for each in EmailAddress.objects.filter(email__in=addresses, verified=True).select_related(
            "user"
        )
    }
    return next((proven[each] for each in addresses if each in proven), None)


def _is_spoken_for(addresses: list[str]) -> bool:
    """By somebody who has not proven it. Only the address that a new account would get counts."""
    first = addresses[0]
    return (
        User.objects.filter(email=first).exists()
        or EmailAddress.objects.filter(email=first, verified=True).exists()
    )


def _make(login: SocialLogin, *, caller: Caller, at: datetime) -> User:
    email = _addresses(login)[0]
    user = User.objects.create_user(email, None, name=login.user.name, joined_at=at)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    accept_terms(user, caller=caller, at=at)
    data = {"role": user.role, "way": login.account.provider}
    record_audit("accounts.user_added", by=user, target=user, data=data, caller=caller, at=at)
    record(UserAdded(user_id=user.pk, role=user.role), by=user, at=at)
    _attach(user, login, caller=caller, at=at, is_told=False)
    return user


def _attach(
    user: User, login: SocialLogin, *, caller: Caller, at: datetime, is_told: bool = True
) -> None:
    told = login.account
    try:
        with transaction.atomic():
            SocialAccount.objects.create(
                user=user, provider=told.provider, uid=told.uid, extra_data=told.extra_data
            )
    except IntegrityError:
        known = _known(login)
        if known is None or known.user_id != user.pk:
            raise SocialAccountTaken(login.provider.name) from None
        return
    handle = told.extra_data.get("login", "")
    if handle and not user.github_username:
        user.github_username = handle[:GITHUB_NAME_LENGTH]
        user.save(update_fields=["github_username"])
    if is_told:
        _note(user, "social_account_connected", told.provider, caller=caller, at=at)
    record(SocialAccountConnected(user_id=user.pk, provider=told.provider), by=user, at=at)


def _note(user: User, what: str, provider: str, *, caller: Caller, at: datetime) -> None:
    """The owner learns of it by mail, whoever did it."""
    data = {"provider": provider}
    record_audit(f"accounts.{what}", by=user, target=user, data=data, caller=caller, at=at)
    context = {
        "name": user.get_full_name(),
        "what": what,
        "provider": NAMES.get(provider, provider),
        "at": at,
        "link": f"{settings.FRONTEND_URL}/accounts/3rdparty/",
    }
    key = f"social account {user.pk} {what} {provider} {at.isoformat()}"
    queue_mail(template="accounts/social_account", to=user, context=context, key=key, at=at)


NAMES = {"google": "Google", "github": "GitHub", "apple": "Apple"}
