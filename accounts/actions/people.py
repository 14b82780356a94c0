"""Adding, editing, raising, closing and deleting accounts."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actions.audit import empty_actor, record_audit
from accounts.actions.sign_ins import end_every_sign_in
from accounts.errors import EmailTaken, LastSuperadmin
from accounts.events import (
    ProfileEdited,
    RoleChanged,
    UserActivated,
    UserAdded,
    UserDeactivated,
    UserDeleted,
)
from accounts.models import SignIn, User
from accounts.roles import Role
from core.callers import Caller
from core.errors import Missing
from core.events.actions import record

PROFILE_FIELDS = frozenset({"name", "phone", "track", "time_zone", "locale"})


@transaction.atomic
def add_user(
    *,
    email: str,
    password: str,
    role: Role,
    by: User,
    caller: Caller,
    at: datetime,
    **profile: str,
) -> User:
    """An account made by staff; its address counts as proven when its owner proves it."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, role=role, joined_at=at, **profile)
    except IntegrityError:
        raise EmailTaken from None
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
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
    user.save(update_fields=changed)
    if by != user:
        data = {"fields": changed}
        record_audit("accounts.user_edited", by=by, target=user, data=data, caller=caller, at=at)
    record(ProfileEdited(user_id=user.pk, fields=changed), by=by, at=at)
    return user


@transaction.atomic
def change_email(user: User, *, email: str, by: User, caller: Caller, at: datetime) -> User:
    """By staff, for somebody who has lost their old address."""
    user.email = email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        raise EmailTaken from None
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, primary=True)
    record_audit("accounts.email_changed", by=by, target=user, caller=caller, at=at)
    end_every_sign_in(user, by=by, reason=SignIn.End.REVOKED, caller=caller, at=at)
    return user


@transaction.atomic
def change_role(user: User, *, role: Role, by: User, caller: Caller, at: datetime) -> User:
    user = _lock_with_superadmins(user)
    if user.role == role:
        return user
    old_role = user.role
    _refuse_last_superadmin(user)
    user.role = role
    user.save(update_fields=["role"])
    data = {"old": old_role, "new": user.role}
    record_audit("accounts.role_changed", by=by, target=user, data=data, caller=caller, at=at)
    record(RoleChanged(user_id=user.pk, old_role=old_role, new_role=user.role), by=by, at=at)
    return user


@transaction.atomic
def deactivate_user(user: User, *, by: User, caller: Caller, at: datetime) -> User:
    user = _lock_with_superadmins(user)
    if not user.is_active:
        return user
    _refuse_last_superadmin(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record_audit("accounts.user_deactivated", by=by, target=user, caller=caller, at=at)
    record(UserDeactivated(user_id=user.pk), by=by, at=at)
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
    user = _lock_with_superadmins(user)
    _refuse_last_superadmin(user)
    record_audit("accounts.user_deleted", by=by, target=user, caller=caller, at=at)
    record(UserDeleted(user_id=user.pk), by=by, at=at)
    end_every_sign_in(user, by=by, reason=SignIn.End.REVOKED, caller=caller, at=at)
    empty_actor(user)
    user.delete()


def _lock_with_superadmins(user: User) -> User:
    """All superadmins in one order, so that two who demote each other at once wait in line."""
    concerned = User.objects.filter(Q(pk=user.pk) | Q(role=Role.SUPERADMIN)).order_by("pk")
    for each in concerned.select_for_update():
        if each.pk == user.pk:
            return each
    raise Missing


def _refuse_last_superadmin(user: User) -> None:
    if user.role != Role.SUPERADMIN or not user.is_active:
        return
    if not User.objects.active().superadmins().exclude(pk=user.pk).exists():
        raise LastSuperadmin
