"""What each role may do with people; what the Django admin is told about permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.roles import EVERYONE, OWNERS, STAFF, TEACHING, Role
from core.policies import policy
from core.registries import written_by_actions

if TYPE_CHECKING:
    from accounts.models import ApiKey, SignIn, User
    from core.files.models import StoredFile

# What nobody does by hand in the admin; higher floors add theirs by the same registry.
WRITTEN_BY_ACTIONS = frozenset(
    {
        "accounts.apikey",
        "accounts.auditactor",
        "accounts.auditentry",
        "accounts.invitation",
        "accounts.phonecode",
        "accounts.signin",
        "accounts.signinbrake",
    }
)


@policy("accounts.see_own_attempts")
def see_own_attempts(user: User, obj: object) -> bool:
    """See what one has attempted oneself, of every kind"""
    return user.role in EVERYONE


@policy("accounts.use_own_profile")
def use_own_profile(user: User, obj: User | None) -> bool:
    """See and edit one's own profile"""
    return user.role in EVERYONE and (obj is None or obj == user)


@policy("accounts.prove_own_phone", in_person=True)
def prove_own_phone(user: User, obj: None) -> bool:
    """Prove that a phone is one's own, and sign in with it from then on"""
    return user.role in EVERYONE


@policy("accounts.use_own_sign_in")
def use_own_sign_in(user: User, obj: SignIn | None) -> bool:
    """See where one is signed in, and sign out there"""
    return user.role in EVERYONE and (obj is None or obj.user_id == user.pk)


@policy("accounts.take_own_data", in_person=True)
def take_own_data(user: User, obj: None) -> bool:
    """Have a copy made of all one's data"""
    return user.role in EVERYONE


@policy("accounts.read_own_export", in_person=True)
def read_own_export(user: User, obj: StoredFile | None) -> bool:
    """Read the copy of one's own data, and nobody else's"""
    return user.role in EVERYONE and (obj is None or obj.owner_id == user.pk)


@policy("accounts.close_own_account", in_person=True)
def close_own_account(user: User, obj: None) -> bool:
    """Close one's own account"""
    return user.role in EVERYONE


@policy("accounts.use_own_second_factor", in_person=True)
def use_own_second_factor(user: User, obj: object) -> bool:
    """Look after one's own password, second factor and passkeys, and prove again who one is"""
    return user.role in EVERYONE


@policy("accounts.see_dashboard")
def see_dashboard(user: User, obj: None) -> bool:
    """See one's own start page"""
    return user.role in EVERYONE


@policy("accounts.use_own_social_accounts", in_person=True)
def use_own_social_accounts(user: User, obj: None) -> bool:
    """Connect one's accounts at Google, GitHub and Apple, and disconnect them"""
    return user.role in EVERYONE


@policy("accounts.list_users")
def list_users(user: User, obj: None) -> bool:
    """List the people whom one looks after; for staff that is everybody"""
    return user.role in TEACHING


@policy("accounts.view_everybody")
def view_everybody(user: User, obj: object) -> bool:
    """See everybody's account"""
    return user.role in STAFF


@policy("accounts.view_user")
def view_user(user: User, obj: User | None) -> bool:
    """See somebody's account: one's own, that of a student of one's own, for staff anybody's

    `User.objects.visible_to` says the same of all at once.
    """
    if obj is None or obj == user or user.role in STAFF:
        return user.role in EVERYONE
    return user.role == Role.TRAINER and obj.assigned_trainer == user


@policy("accounts.edit_user", seen_by="accounts.view_user", in_person=True)
def edit_user(user: User, obj: User | None) -> bool:
    """Add people and edit anybody's profile"""
    return user.role in STAFF


@policy("accounts.change_access", seen_by="accounts.view_user", in_person=True)
def change_access(user: User, obj: User | None) -> bool:
    """Change somebody's role, address or activity, or sign them out

    An admin does so for students and trainers. Only a superadmin touches admins and superadmins,
    and nobody themselves: else an address changed by an admin would open a superadmin's account.
    """
    if obj is None:
        return user.role in STAFF
    return user != obj and (user.role in OWNERS or (user.role in STAFF and obj.role not in STAFF))


@policy("accounts.invite", in_person=True)
def invite(user: User, obj: object) -> bool:
    """Invite people, see who was invited, and withdraw invitations; of staff, see `make_staff`"""
    return user.role in STAFF


@policy("accounts.make_staff", in_person=True)
def make_staff(user: User, obj: None) -> bool:
    """Make admins and superadmins"""
    return user.role in OWNERS


@policy("accounts.delete_user", seen_by="accounts.view_user", in_person=True)
def delete_user(user: User, obj: User | None) -> bool:
    """Delete somebody's account"""
    return user.role in OWNERS and user != obj


@policy("accounts.assign_trainer", in_person=True)
def assign_trainer(user: User, obj: None) -> bool:
    """See how full trainers are, and say who looks after which student"""
    return user.role in STAFF


@policy("accounts.export_users", in_person=True)
def export_users(user: User, obj: None) -> bool:
    """Take the list of people away as a file"""
    return user.role in STAFF


@policy("accounts.end_sign_in", seen_by="accounts.view_everybody", in_person=True)
def end_sign_in(user: User, obj: SignIn | None) -> bool:
    """Sign somebody out of a device"""
    if obj is None or obj.user_id == user.pk:
        return user.role in STAFF
    return change_access(user, obj.user)


@policy("accounts.view_audit_log", in_person=True)
def view_audit_log(user: User, obj: None) -> bool:
    """Read the audit log"""
    return user.role in STAFF


@policy("accounts.impersonate", seen_by="accounts.view_everybody", in_person=True)
def impersonate(user: User, obj: User | None) -> bool:
    """See the platform as somebody else does

    An admin appears as a student or a trainer, a superadmin also as an admin; nobody as a
    superadmin, and nobody as themselves. Asked on every request for as long as it lasts.
    """
    if not (user.is_active and user.role in STAFF):
        return False
    if obj is None:
        return True
    hidden = {Role.SUPERADMIN} if user.role in OWNERS else STAFF
    return user != obj and obj.is_active and obj.role not in hidden


@policy("accounts.use_api_keys", in_person=True)
def use_api_keys(user: User, obj: ApiKey | None) -> bool:
    """Make keys for outside systems, see and revoke one's own"""
    return user.role in STAFF and (obj is None or obj.owner_id == user.pk)


@policy("accounts.view_api_keys")
def view_api_keys(user: User, obj: ApiKey | None) -> bool:
    """See which keys outside systems have"""
    return user.role in STAFF


@policy("accounts.revoke_api_key", seen_by="accounts.view_api_keys", in_person=True)
def revoke_api_key(user: User, obj: ApiKey | None) -> bool:
    """Revoke a key: one's own, for superadmins anybody's"""
    if obj is None or obj.owner_id == user.pk:
        return user.role in STAFF
    return user.role in OWNERS


def permits_in_admin(user: User, perm: str) -> bool:
    """`app.verb_model` as the Django admin asks it; a model's own rules are in its ModelAdmin."""
    if not (user.is_active and user.role in STAFF):
        return False
    app, _, codename = perm.partition(".")
    verb, _, model = codename.partition("_")
    if any(f"{app}.{model}" in labels for _name, labels in written_by_actions):
        return verb == "view"
    if perm == "accounts.delete_user":
        return delete_user(user, None)
    return True
