"""What each role may do with people; what the Django admin is told about permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.roles import EVERYONE, OWNERS, STAFF
from core.policies import policy

if TYPE_CHECKING:
    from accounts.models import SignIn, User

# What nobody does by hand in the admin: these rows are written by actions alone.
WRITTEN_BY_ACTIONS = frozenset({"auditentry", "auditactor", "signin", "signinbrake"})


@policy("accounts.use_own_profile")
def use_own_profile(user: User, obj: User | None) -> bool:
    """See and edit one's own profile"""
    return user.role in EVERYONE and (obj is None or obj == user)


@policy("accounts.use_own_sign_in")
def use_own_sign_in(user: User, obj: SignIn | None) -> bool:
    """See where one is signed in, and sign out there"""
    return user.role in EVERYONE and (obj is None or obj.user_id == user.pk)


@policy("accounts.see_dashboard")
def see_dashboard(user: User, obj: None) -> bool:
    """See one's own start page"""
    return user.role in EVERYONE


@policy("accounts.view_user")
def view_user(user: User, obj: User | None) -> bool:
    """See everybody's account"""
    return user.role in STAFF


@policy("accounts.edit_user", seen_by="accounts.view_user")
def edit_user(user: User, obj: User | None) -> bool:
    """Add people and edit anybody's profile"""
    return user.role in STAFF


@policy("accounts.change_access", seen_by="accounts.view_user")
def change_access(user: User, obj: User | None) -> bool:
    """Change somebody's role, address or activity, or sign them out

    An admin does so for students and trainers. Only a superadmin touches admins and superadmins,
    and nobody themselves: else an address changed by an admin would open a superadmin's account.
    """
    if obj is None:
        return user.role in STAFF
    return user != obj and (user.role in OWNERS or (user.role in STAFF and obj.role not in STAFF))


@policy("accounts.make_staff")
def make_staff(user: User, obj: None) -> bool:
    """Make admins and superadmins"""
    return user.role in OWNERS


@policy("accounts.delete_user", seen_by="accounts.view_user")
def delete_user(user: User, obj: User | None) -> bool:
    """Delete somebody's account"""
    return user.role in OWNERS and user != obj


@policy("accounts.end_sign_in", seen_by="accounts.view_user")
def end_sign_in(user: User, obj: SignIn | None) -> bool:
    """Sign somebody out of a device"""
    if obj is None or obj.user_id == user.pk:
        return user.role in STAFF
    return change_access(user, obj.user)


@policy("accounts.view_audit_log")
def view_audit_log(user: User, obj: None) -> bool:
    """Read the audit log"""
    return user.role in STAFF


def permits_in_admin(user: User, perm: str) -> bool:
    """`app.verb_model` as the Django admin asks it; a model's own rules are in its ModelAdmin."""
    if not (user.is_active and user.role in STAFF):
        return False
    verb, _, model = perm.partition(".")[2].partition("_")
    if model in WRITTEN_BY_ACTIONS:
        return verb == "view"
    if perm == "accounts.delete_user":
        return delete_user(user, None)
    return True
