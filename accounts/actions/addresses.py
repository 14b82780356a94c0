"""Proving an address, and moving to another one."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.actions.audit import record_audit
from accounts.actions.sign_ins import end_every_sign_in
from accounts.entry.links import link_to, read, sign
from accounts.entry.mails import mail, pretend_to_mail, tell
from accounts.errors import EmailTaken, LinkOver
from accounts.events import AddressChanged, AddressProven
from accounts.models import SecondStep, SignIn, TotpSetup, User
from accounts.rules import normalise_email
from core.callers import Caller
from core.events.actions import record

PURPOSE = "address"


def has_proven_address(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()


def send_proof(address: EmailAddress, *, at: datetime) -> None:
    """The mail whose link proves that it was read. Whose address it is already, learns of that."""
    if address.email == address.user.email:
        mail(_Reader(address), "verify", _about(address, at=at), of=address.pk, at=at)
    elif not _is_somebodys(address.email):
        mail(_Reader(address), "verify_change", _about(address, at=at), of=address.pk, at=at)
    else:
        about = {"email": address.email, "link": link_to("account_login")}
        mail(address.email, "address_in_use", about, of=address.pk, at=at)


def send_proof_again(email: str, *, is_mail_due: bool, at: datetime) -> None:
    """To whoever waits for it; whether somebody does, the answer does not tell."""
    email = normalise_email(email)
    waiting = EmailAddress.objects.filter(email=email, verified=False, user__is_active=True)
    address = waiting.select_related("user").order_by("-primary", "-pk").first()
    if address is not None and is_mail_due:
        send_proof(address, at=at)
    else:
        nobody = EmailAddress(pk=0, email=email, user=User(email=email))
        pretend_to_mail("verify", _about(nobody, at=at), of=0, at=at)


def find_address(key: str, *, at: datetime) -> EmailAddress:
    """What a mailed key would prove. Raises `Missing`, or `LinkOver` for one that came to nothing.

    A key that was used still finds its address, so that whoever opens it twice is not alarmed.
    """
    pk, email = read(PURPOSE, key, lasts=timedelta(days=settings.VERIFICATION_DAYS), at=at)
    address = EmailAddress.objects.select_related("user").filter(pk=pk, email=email).first()
    if address is None:
        raise LinkOver
    return address


@transaction.atomic
def prove_address(key: str, *, caller: Caller, at: datetime) -> User:
    """Whoever got the mail reads what is sent to the address. Again is as good as once."""
    user = _lock(find_address(key, at=at).user)
    address = find_address(key, at=at)
    if address.verified:
        return user
    if address.email == user.email:
        _mark_proven(address, user, caller=caller, at=at)
    else:
        _move(user, address, caller=caller, at=at)
    return user


@transaction.atomic
def ask_for_change(user: User, *, email: str, caller: Caller, at: datetime) -> None:
    """The new address must answer before anything changes; the old one learns of it at once.

    Whether somebody else has the new address, only its owner is told.
    """
    email = normalise_email(email)
    user = _lock(user)
    drop_change(user)
    send_proof(EmailAddress.objects.create(user=user, email=email), at=at)
    link = link_to("account_reset_password")
    tell(user, "address_change_asked", at=at, new=_veiled(email), link=link)
    record_audit("accounts.address_change_asked", by=user, target=user, caller=caller, at=at)


def pending_change(user: User) -> EmailAddress | None:
    """Where somebody wants to move to, as long as that address has not answered."""
    return EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email).first()


def drop_change(user: User) -> None:
    """Links that were mailed for it lead nowhere any more."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()


@transaction.atomic
def prove_by_owner(user: User, *, caller: Caller, at: datetime) -> bool:
    """Whoever is here has shown otherwise that the address is theirs: by a mailed link to a new
    password, an invitation, or a provider that vouches for it.

    If nobody had proven it before, somebody else may have made this account to wait for its owner.
    So whatever opens it besides is taken away, the password too. Says whether that was so.
    """
    user = _lock(user)
    if has_proven_address(user):
        return False
    end_every_sign_in(user, by=user, reason=SignIn.End.PASSWORD, caller=caller, at=at)
    for left_behind in (Authenticator, SocialAccount, SecondStep, TotpSetup):
        left_behind.objects.filter(user=user).delete()
    drop_change(user)
    user.phone_verified_at = None
    user.set_unusable_password()
    user.save(update_fields=["phone_verified_at", "password"])
    address, _is_new = EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True}
    )
    _mark_proven(address, user, caller=caller, at=at)
    return True


def tell_old_address(old: EmailAddress, *, at: datetime) -> None:
    """The last mail to where somebody signed in from until now."""
    user = old.user
    # No name: that address need not have been theirs.
    about = {"at": at, "new": _veiled(user.email)}
    mail(_Reader(old), "address_changed", about, of=user.pk, at=at)


def vouch_for_address(user: User) -> None:
    """By staff who make an account in somebody's presence."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": True}
    )


def _mark_proven(address: EmailAddress, user: User, *, caller: Caller, at: datetime) -> None:
    address.verified = address.primary = True
    try:
        with transaction.atomic():
            address.save(update_fields=["verified", "primary"])
    except IntegrityError:
        raise EmailTaken from None
    record_audit("accounts.address_proven", by=user, target=user, caller=caller, at=at)
    record(AddressProven(user_id=user.pk), by=user, at=at)


def _move(user: User, address: EmailAddress, *, caller: Caller, at: datetime) -> None:
    old = EmailAddress(user=user, email=user.email)
    user.email = address.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
            EmailAddress.objects.filter(user=user).exclude(pk=address.pk).delete()
            address.verified = address.primary = True
            address.save(update_fields=["verified", "primary"])
    except IntegrityError:
        raise EmailTaken from None
    tell_old_address(old, at=at)
    record_audit("accounts.address_changed", by=user, target=user, caller=caller, at=at)
    record(AddressChanged(user_id=user.pk), by=user, at=at)


def _about(address: EmailAddress, *, at: datetime) -> dict[str, object]:
    key = sign(PURPOSE, address.pk, address.email, at=at)
    # No name: whoever typed the address typed that too, and would write to strangers by our mails.
    return {
        "email": address.email,
        "link": link_to("account_confirm_email", key=key),
        "days": settings.VERIFICATION_DAYS,
    }


def _is_somebodys(email: str) -> bool:
    taken = EmailAddress.objects.filter(email=email, verified=True).exists()
    return taken or User.objects.filter(email=email).exists()


def _lock(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _veiled(email: str) -> str:
    """Enough for its owner to know it again."""
    name, _at, domain = email.partition("@")
    return f"{name[:2]}…@{domain}"


class _Reader:
    """A person at an address that is not the one they sign in with."""

    def __init__(self, address: EmailAddress) -> None:
        self.email = address.email
        self.locale = address.user.locale
