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


@event("accounts.data_exported")
class DataExported:
    """Somebody has a copy of their data, which waits for them for some days."""

    user_id: int
    file: UUID


@event("accounts.closing_asked")
class ClosingAsked:
    """Somebody closed their account; it is erased at the end of their days of grace."""

    user_id: int


@event("accounts.closing_called_off")
class ClosingCalledOff:
    """Somebody who had closed their account signed in again, and keeps it."""

    user_id: int


@event("accounts.second_factor_added")
class SecondFactorAdded:
    """Somebody has an authenticator app (`totp`) or a passkey (`webauthn`) more."""

    user_id: int
    kind: str


@event("accounts.second_factor_dropped")
class SecondFactorDropped:
    """Somebody has an authenticator app or a passkey less."""

    user_id: int
    kind: str


@event("accounts.recovery_codes_made")
class RecoveryCodesMade:
    """Somebody has new recovery codes; the old ones are worth nothing."""

    user_id: int


@event("accounts.phone_proven")
class PhoneProven:
    """Somebody has shown that a phone is theirs, and can sign in with it from now on."""

    user_id: int


@event("accounts.trainer_assigned")
class TrainerAssigned:
    """A trainer looks after a student from now on."""

    student_id: int
    trainer_id: int


@event("accounts.trainer_unassigned")
class TrainerUnassigned:
    """A trainer no longer looks after a student: `reason` is one of `EndOfAssignment`."""

    student_id: int
    trainer_id: int
    reason: str


@event("accounts.impersonation_started")
class ImpersonationStarted:
    """Staff act in somebody's name for a while; `accounts.sign_in_ended` tells when it is over."""

    user_id: int
    impersonator_id: int
    sign_in: UUID


@event("accounts.api_key_made")
class ApiKeyMade:
    """An outside system may call the API in its owner's name, as far as the scopes go."""

    key_id: int
    owner_id: int
    scopes: list[str]


@event("accounts.api_key_revoked")
class ApiKeyRevoked:
    """A key is no longer good."""

    key_id: int
    owner_id: int


@event("accounts.social_account_connected")
class SocialAccountConnected:
    """Somebody can come in with an account of theirs at `provider`."""

    user_id: int
    provider: str


@event("accounts.social_account_disconnected")
class SocialAccountDisconnected:
    """That way in is closed again."""

    user_id: int
    provider: str


@event("accounts.address_proven")
class AddressProven:
    """Somebody has shown that mails to their address reach them."""

    user_id: int


@event("accounts.address_changed")
class AddressChanged:
    """Somebody signs in with another address from now on."""

    user_id: int


@event("accounts.password_changed")
class PasswordChanged:
    """Somebody has a new password; whatever they had open elsewhere has ended."""

    user_id: int


@event("accounts.person_invited")
class PersonInvited:
    """Somebody got a mail with a link to an account of their own."""

    invitation_id: int
    role: str


@event("accounts.invitation_accepted")
class InvitationAccepted:
    """Somebody has made the account that they were invited to."""

    invitation_id: int
    user_id: int
