"""Adding, editing, raising, closing and deleting accounts."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actions.addresses import send_proof, tell_old_address
from accounts.actions.api_keys import revoke_every_api_key
from accounts.actions.audit import record_audit
from accounts.actions.passwords import reset_link
from accounts.actions.sign_ins import end_every_sign_in
from accounts.actions.trainers import EndOfAssignment, end_assignments_of
from accounts.entry.links import link_to
from accounts.entry.mails import tell
from accounts.errors import EmailTaken, LastSuperadmin
from accounts.events import (
    ProfileEdited,
    RoleChanged,
    UserActivated,
    UserAdded,
    UserDeactivated,
    UserDeleted,
)
from accounts.models import AccountClosing, SignIn, User
from accounts.roles import STAFF, Role
from accounts.rules import normalise_email
from core.callers import Caller
from core.errors import Missing
from core.events.actions import record
from core.personal_data import erase_personal_data

PROFILE_FIELDS = frozenset(
    {"name", "phone", "track", "tracks", "github_username", "time_zone", "locale"}
)


@transaction.atomic
def add_user(
    *,
    email: str,
    password: str | None,
    role: Role,
    by: User,
    caller: Caller,
    at: datetime,
    **profile: Any,
) -> User:
    """An account made by staff. Who is told a password in person, has shown who they are: the
    address counts as proven. Who is not, gets a mail with a link to choose one by."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, role=role, joined_at=at, **profile)
    except IntegrityError:
        raise EmailTaken from None
    EmailAddress.objects.create(
        user=user, email=user.email, primary=True, verified=password is not None
    )
    if password is None:
        _send_way_in(user, by=by, at=at)
    data = {"role": user.role}
    record_audit("accounts.user_added", by=by, target=user, data=data, caller=caller, at=at)
    record(UserAdded(user_id=user.pk, role=user.role), by=by, at=at)
    return user


@transaction.atomic
def edit_profile(
    user: User, *, changes: dict[str, Any], by: User, caller: Caller, at: datetime
) -> User:
    changed = sorted(
        field
        for field, value in changes.items()
        if field in PROFILE_FIELDS and getattr(user, field) != value
    )
    if not changed:
        return user
    for field in changed:
        setattr(user, field, changes[field])
    # Another phone is one that nobody has proven yet: it opens no account.
    also = ["phone_verified_at"] if "phone" in changed else []
    if also:
        user.phone_verified_at = None
    user.save(update_fields=[*changed, *also])
    if by != user:
        data = {"fields": changed}
        record_audit("accounts.user_edited", by=by, target=user, data=data, caller=caller, at=at)
    record(ProfileEdited(user_id=user.pk, fields=changed), by=by, at=at)
    return user


@transaction.atomic
def change_email(user: User, *, email: str, by: User, caller: Caller, at: datetime) -> User:
    """By staff, for somebody who has lost their old address."""
    old = EmailAddress(user=user, email=user.email)
    user.email = normalise_email(email)
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        raise EmailTaken from None
    EmailAddress.objects.filter(user=user).delete()
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    send_proof(address, at=at)
    tell_old_address(old, at=at)
    record_audit("accounts.email_changed", by=by, target=user, caller=caller, at=at)
    end_every_sign_in(user, by=by, reason=SignIn.End.REVOKED, caller=caller, at=at)
    return user


@transaction.atomic
def change_role(user: User, *, role: Role, by: User, caller: Caller, at: datetime) -> User:
    user = lock_with_superadmins(user)
    if user.role == role:
        return user
    old_role = user.role
    refuse_last_superadmin(user)
    user.role = role
    user.save(update_fields=["role"])
    data = {"old": old_role, "new": user.role}
    record_audit("accounts.role_changed", by=by, target=user, data=data, caller=caller, at=at)
    record(RoleChanged(user_id=user.pk, old_role=old_role, new_role=user.role), by=by, at=at)
    if user.role not in STAFF:
        revoke_every_api_key(user, by=by, caller=caller, at=at)
    end_assignments_of(user, EndOfAssignment.ROLE_CHANGED, by=by, caller=caller, at=at)
    return user


@transaction.atomic
def deactivate_user(user: User, *, by: User, caller: Caller, at: datetime) -> User:
    user = lock_with_superadmins(user)
    if not user.is_active:
        return user
    refuse_last_superadmin(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record_audit("accounts.user_deactivated", by=by, target=user, caller=caller, at=at)
    record(UserDeactivated(user_id=user.pk), by=by, at=at)
    revoke_every_api_key(user, by=by, caller=caller, at=at)
    end_assignments_of(user, EndOfAssignment.DEACTIVATED, by=by, caller=caller, at=at)
    end_every_sign_in(user, by=by, reason=SignIn.End.DEACTIVATED, caller=caller, at=at)
    return user


@transaction.atomic
def activate_user(user: User, *, by: User, caller: Caller, at: datetime) -> User:
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    record_audit("accounts.user_activated", by=by, target=user, caller=caller, at=at)
    record(UserActivated(user_id=user.pk), by=by, at=at)
    return user


@transaction.atomic
def delete_user(user: User, *, by: User, caller: Caller, at: datetime) -> None:
    """The account goes; the audit log keeps what was done, as by a former member."""
    user = lock_with_superadmins(user)
    refuse_last_superadmin(user)
    record_audit("accounts.user_deleted", by=by, target=user, caller=caller, at=at)
    record(UserDeleted(user_id=user.pk), by=by, at=at)
    end_assignments_of(user, EndOfAssignment.DELETED, by=by, caller=caller, at=at)
    end_every_sign_in(user, by=by, reason=SignIn.End.REVOKED, caller=caller, at=at)
    erase_personal_data(user, at=at)
    user.delete()


def _send_way_in(user: User, *, by: User, at: datetime) -> None:
    about = {
        "inviter": str(by),
        "link": reset_link(user, at=at),
        "forgotten": link_to("account_reset_password"),
    }
    tell(user, "account_made", at=at, **about)


def lock_with_superadmins(user: User) -> User:
    """All superadmins in one order, so that two who demote each other at once wait in line."""
    concerned = User.objects.filter(Q(pk=user.pk) | Q(role=Role.SUPERADMIN)).order_by("pk")
    for each in concerned.select_for_update():
        if each.pk == user.pk:
            return each
    raise Missing


def refuse_last_superadmin(user: User) -> None:
    if user.role != Role.SUPERADMIN or not user.is_active:
        return
    others = User.objects.active().superadmins().exclude(pk=user.pk)
    if not others.exclude(
        pk__in=AccountClosing.objects.open().exclude(user=None).values("user")
    ).exists():
        raise LastSuperadmin
