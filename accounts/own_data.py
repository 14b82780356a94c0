"""What accounts keeps of a person: what they get a copy of, and what their leaving takes along."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actions.audit import empty_actor, history_of
from accounts.models import (
    AccountClosing,
    ApiKey,
    Invitation,
    PhoneCode,
    SignIn,
    TermsAcceptance,
    TrainerAssignment,
    User,
)
from core.mail.actions import forget_recipient
from core.personal_data import Attachment, Document, PersonalData

PROFILE = (
    *("id", "email", "name", "role", "track", "tracks", "phone", "phone_verified_at"),
    *("github_username", "time_zone", "locale", "notification_choices", "joined_at"),
)
SIGN_IN = (
    *("kind", "way", "has_second_factor", "address", "user_agent", "created_at"),
    *("last_seen_at", "ended_at", "end_reason"),
)


def collect(user: User) -> Iterator[Document | Attachment]:
    yield Document("profile.json", User.objects.values(*PROFILE).get(pk=user.pk))
    if user.avatar:
        yield Attachment("picture.webp", partial(_open, user.avatar.name))
    for path, rows in _tables(user).items():
        yield Document(f"account/{path}.json", rows.iterator())
    yield Document("account/audit.json", _audit(user))


def erase(user: User, at: datetime) -> None:
    """What does not go with the row of the person by the database's own rules."""
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    known_by = {user.email, *addresses}
    for address in known_by:
        forget_recipient(address)
    Invitation.objects.filter(Q(user=user) | Q(email__in=known_by)).delete()
    if user.phone:
        PhoneCode.objects.filter(phone=user.phone).delete()
    if user.avatar:
        transaction.on_commit(partial(default_storage.delete, user.avatar.name), robust=True)
    empty_actor(user)


PERSONAL_DATA = PersonalData(
    label=_("Gathering your account"),
    collect=collect,
    erase=erase,
    goes=[
        _("Your name, address, phone, picture and settings."),
        _("Every way to sign in: password, second factor, passkeys, connected accounts."),
        _("Where and when you signed in, and who looked after you."),
    ],
    stays=[
        _("In the audit log, what was done and when, as by a former member without a name."),
    ],
)


def _tables(user: User) -> dict[str, Any]:
    return {
        "addresses": EmailAddress.objects.filter(user=user).values("email", "verified", "primary"),
        "sign_ins": SignIn.objects.filter(user=user, impersonator=None).values(*SIGN_IN),
        "second_factors": Authenticator.objects.filter(user=user).values(
            "type", "created_at", "last_used_at"
        ),
        "connected_accounts": SocialAccount.objects.filter(user=user).values(
            "provider", "uid", "date_joined", "last_login"
        ),
        "terms": TermsAcceptance.objects.filter(user=user).values(
            "version", "accepted_at", "address"
        ),
        "trainers": TrainerAssignment.objects.filter(student=user).values(
            "trainer__name", "started_at", "ended_at"
        ),
        "students": TrainerAssignment.objects.filter(trainer=user).values(
            "student__name", "started_at", "ended_at"
        ),
        "api_keys": ApiKey.objects.filter(owner=user).values(
            "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"
        ),
        "closings": AccountClosing.objects.filter(user=user).values(
            "asked_at", "due_at", "cancelled_at"
        ),
    }


def _audit(user: User) -> Iterator[dict[str, Any]]:
    """What they did and what was done to them. Others stand in it as such, without a name."""
    for entry in history_of(user).iterator():
        is_own = entry.actor is not None and entry.actor.user_id == user.pk
        yield {
            "at": entry.at,
            "action": entry.action,
            "by": "you" if is_own else "somebody else" if entry.actor_id else "the platform",
            "in_your_name": entry.impersonator_id is not None,
            "address": entry.address if is_own and not entry.impersonator_id else None,
            "facts": entry.data,
        }


def _open(name: str) -> AbstractContextManager[BinaryIO]:
    return cast("AbstractContextManager[BinaryIO]", default_storage.open(name))
