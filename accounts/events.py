"""What accounts tells the rest of the house."""

from uuid import UUID

from core.events.definition import event


@event("accounts.user_added")
class UserAdded:
    """Somebody has an account now."""

    user_id: int
    role: str


@event("accounts.user_signed_in")
class UserSignedIn:
    """Somebody signed in, in a browser or with an app."""

    user_id: int
    sign_in: UUID
    kind: str


@event("accounts.sign_in_ended")
class SignInEnded:
    """A session or a family of tokens is no longer good, for whatever reason."""

    user_id: int
    sign_in: UUID
    reason: str


@event("accounts.profile_edited")
class ProfileEdited:
    """Somebody's name, phone, track, time zone or language changed; `fields` says which."""

    user_id: int
    fields: list[str]


@event("accounts.role_changed")
class RoleChanged:
    """Somebody may do other things now."""

    user_id: int
    old_role: str
    new_role: str


@event("accounts.user_deactivated")
class UserDeactivated:
    """Somebody's account is closed; whatever they had open has ended."""

    user_id: int


@event("accounts.user_activated")
class UserActivated:
    """Somebody's closed account is open again."""

    user_id: int


@event("accounts.user_deleted")
class UserDeleted:
    """Somebody's account is gone."""

    user_id: int
