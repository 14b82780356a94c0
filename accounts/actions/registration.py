"""Making an account for oneself."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.addresses import has_proven_address, send_proof
from accounts.actions.audit import record_audit
from accounts.actions.passwords import judge_password, reset_link
from accounts.entry.links import link_to
from accounts.entry.mails import mail, pretend_to_mail
from accounts.events import UserAdded
from accounts.models import Role, TermsAcceptance, User
from core.callers import Caller
from core.errors import Invalid
from core.events.actions import record


@dataclass(frozen=True)
class Newcomer:
    """What somebody tells of themselves, who has accepted the terms. The role is no part of it."""

    email: str
    password: str
    name: str
    track: str = ""


def register(newcomer: Newcomer, *, is_mail_due: bool, caller: Caller, at: datetime) -> User | None:
    """An account, and the mail that proves its address.

    None for an address that has one already, of which only its owner learns, by mail: the work is
    the same, so that time tells nothing either. Where addresses need no proof, `Invalid` says it.
    """
    judge_password(newcomer.password, _sketch(newcomer), field="password")
    if not User.objects.filter(email=newcomer.email).exists():
        try:
            with transaction.atomic():
                user, address = _make(newcomer, caller=caller, at=at)
                send_proof(address, at=at)
                return user
        except IntegrityError:
            pass  # Somebody was faster with this address.
    if settings.EMAIL_VERIFICATION != "mandatory":
        raise Invalid(email=[_("Somebody uses this address already. Is it you? Then sign in.")])
    _pretend_to_make(newcomer, caller=caller, at=at)
    _doubt_password(newcomer)
    tell_owner(newcomer.email, is_mail_due=is_mail_due, at=at)
    return None


def tell_owner(email: str, *, is_mail_due: bool, at: datetime) -> None:
    """With a link to a new password: by it, the account is its owner's, whoever made it."""
    owner = User.objects.active().filter(email=email).first()
    about = {
        "link": reset_link(owner or User(pk=0), at=at),
        "sign_in": link_to("account_login"),
        "minutes": settings.RESET_MINUTES,
    }
    if owner is None or not is_mail_due:
        pretend_to_mail("account_exists", about, of=0, at=at)
    else:
        mail(owner, "account_exists", about, of=owner.pk, at=at)


def accept_terms(user: User, *, caller: Caller, at: datetime) -> None:
    TermsAcceptance.objects.get_or_create(
        user=user,
        version=settings.TERMS_VERSION,
        defaults={"accepted_at": at, "address": caller.address},
    )


def _sketch(newcomer: Newcomer) -> User:
    return User(email=newcomer.email, name=newcomer.name)


def _make(
    newcomer: Newcomer, *, caller: Caller, at: datetime, has_password: bool = True
) -> tuple[User, EmailAddress]:
    user = User.objects.create_user(
        newcomer.email,
        newcomer.password if has_password else None,
        name=newcomer.name,
        track=newcomer.track,
        role=Role.STUDENT,
        joined_at=at,
    )
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    accept_terms(user, caller=caller, at=at)
    record_audit("accounts.registered", by=user, target=user, caller=caller, at=at)
    record(UserAdded(user_id=user.pk, role=user.role), by=user, at=at)
    return user, address


@transaction.atomic
def _pretend_to_make(newcomer: Newcomer, *, caller: Caller, at: datetime) -> None:
    nobody = replace(newcomer, email=f"{uuid4().hex}@example.invalid")
    _make(nobody, has_password=False, caller=caller, at=at)
    transaction.set_rollback(True)


@transaction.atomic
def _doubt_password(newcomer: Newcomer) -> None:
    """Where two registered one address and neither has proven it, the first one's password opens
    nothing any more: the second may be the owner, and prove it for them by the link that came.

    The hash that is made here for whomever it is stands for the one of a new account.
    """
    user = User.objects.select_for_update().filter(email=newcomer.email).first()
    if user is None or user.check_password(newcomer.password) or has_proven_address(user):
        return
    user.set_unusable_password()
    user.save(update_fields=["password"])
