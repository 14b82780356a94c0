"""Inviting people, and what becomes of it."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.actions.addresses import has_proven_address, prove_by_owner, vouch_for_address
from accounts.actions.audit import record_audit
from accounts.actions.passwords import judge_password
from accounts.actions.people import change_role
from accounts.actions.registration import accept_terms
from accounts.entry.links import link_to
from accounts.entry.mails import mail
from accounts.errors import EmailTaken, InvitationOver
from accounts.events import InvitationAccepted, PersonInvited, UserAdded
from accounts.models import Invitation, Role, User
from accounts.policies import change_access, make_staff
from accounts.roles import STAFF
from accounts.rules import normalise_email
from core.callers import Caller
from core.errors import Conflict
from core.events.actions import record

TOKEN_BYTES = 32


@transaction.atomic
def invite(
    *,
    email: str,
    role: Role,
    tracks: Collection[str],
    by: User,
    caller: Caller,
    at: datetime,
) -> Invitation:
    """A mail with a link that is good once. An earlier one to the same address is withdrawn.

    It may make an account that nobody has proven into another one, so it counts as access to it.
    """
    email = normalise_email(email)
    known = User.objects.filter(email=email).first()
    if known is not None and (has_proven_address(known) or not change_access(by, known)):
        raise EmailTaken
    open_ones = Invitation.objects.select_for_update().filter(
        email=email, accepted_at=None, revoked_at=None
    )
    open_ones.update(revoked_at=at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                email=email,
                role=role,
                tracks=sorted(set(tracks)),
                digest=digest_of(token),
                invited_by=by,
                created_at=at,
                expires_at=at + timedelta(days=settings.INVITATION_DAYS),
            )
    except IntegrityError:
        raise Conflict from None
    about = {
        "inviter": str(by),
        "role": Role(role).label,
        "link": link_to("invitation", token=token),
        "days": settings.INVITATION_DAYS,
    }
    mail(email, "invitation", about, of=invitation.pk, at=at)
    data = {"role": role}
    record_audit("accounts.invited", by=by, target=invitation, data=data, caller=caller, at=at)
    record(PersonInvited(invitation_id=invitation.pk, role=role), by=by, at=at)
    return invitation


@transaction.atomic
def withdraw_invitation(
    invitation: Invitation, *, by: User, caller: Caller, at: datetime
) -> Invitation:
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open(at):
        raise InvitationOver
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    record_audit("accounts.invitation_withdrawn", by=by, target=invitation, caller=caller, at=at)
    return invitation


def find_invitation(token: str, *, at: datetime) -> Invitation:
    invitation = Invitation.objects.filter(digest=digest_of(token)).first()
    return _open(invitation, at=at)


@transaction.atomic
def accept_invitation(
    token: str, *, name: str, password: str, caller: Caller, at: datetime
) -> User:
    """The account that was offered. Whoever has the link reads the mail of its address."""
    rows = Invitation.objects.select_for_update()
    invitation = _open(rows.filter(digest=digest_of(token)).first(), at=at)
    judge_password(password, User(email=invitation.email, name=name), field="password")
    user = _make(invitation, name=name, password=password, caller=caller, at=at)
    accept_terms(user, caller=caller, at=at)
    invitation.accepted_at, invitation.user = at, user
    invitation.save(update_fields=["accepted_at", "user"])
    data = {"role": user.role}
    record_audit(
        "accounts.invitation_accepted", by=user, target=user, data=data, caller=caller, at=at
    )
    record(InvitationAccepted(invitation_id=invitation.pk, user_id=user.pk), by=user, at=at)
    return user


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _open(invitation: Invitation | None, *, at: datetime) -> Invitation:
    if invitation is None or not invitation.is_open(at) or not _is_still_meant(invitation):
        raise InvitationOver
    return invitation


def _is_still_meant(invitation: Invitation) -> bool:
    """Staff are made by whoever may do so today as well: else a superadmin who had to go would come
    back by an invitation of their own."""
    by = invitation.invited_by
    if invitation.role not in STAFF:
        return True
    return by is not None and by.is_active and make_staff(by, None)


def _make(
    invitation: Invitation, *, name: str, password: str, caller: Caller, at: datetime
) -> User:
    known = User.objects.select_for_update().filter(email=invitation.email).first()
    if known is not None:
        return _take_over(known, invitation, name=name, password=password, caller=caller, at=at)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                invitation.email,
                password,
                name=name,
                role=invitation.role,
                joined_at=at,
                **_tracks_of(invitation),
            )
    except IntegrityError:
        raise EmailTaken from None
    vouch_for_address(user)
    record(UserAdded(user_id=user.pk, role=user.role), by=user, at=at)
    return user


def _take_over(
    user: User, invitation: Invitation, *, name: str, password: str, caller: Caller, at: datetime
) -> User:
    """Somebody made an account on this address that nobody has proven: it becomes its owner's."""
    if not user.is_active or not prove_by_owner(user, caller=caller, at=at):
        raise EmailTaken
    user.refresh_from_db()
    role, by = Role(invitation.role), invitation.invited_by or user
    if user.role != role:
        user = change_role(user, role=role, by=by, caller=caller, at=at)
    user.name = name
    for field, value in _tracks_of(invitation).items():
        setattr(user, field, value)
    user.set_password(password)
    user.save(update_fields=["name", "track", "tracks", "password"])
    return user


def _tracks_of(invitation: Invitation) -> dict[str, object]:
    """A trainer teaches them; a student is on the first."""
    if invitation.role == Role.STUDENT:
        return {"track": next(iter(invitation.tracks), "")}
    return {"tracks": invitation.tracks}
