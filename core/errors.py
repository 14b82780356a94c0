"""What can go wrong, as one family: a code for machines, a message for a person, what to do."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal that pages, API, admin and sockets all show in their own way.

    `details` is shown to the caller: field errors as lists, or named facts such as an id.
    """

    code: ClassVar[str] = "CONFLICT"
    status: ClassVar[int] = 409
    message: str | Promise = _("This cannot be done in its present state.")

    def __init__(self, message: str | Promise | None = None, **details: Any) -> None:
        if message is not None:
            self.message = message
        self.details = details
        super().__init__(str(self.message))


class Invalid(DomainError):
    code = "VALIDATION_ERROR"
    status = 400
    message = _("Some of what you sent cannot be used. Please check the fields.")


class NotSignedIn(DomainError):
    code = "NOT_AUTHENTICATED"
    status = 401
    message = _("Please sign in first.")


class InvalidToken(DomainError):
    code = "INVALID_TOKEN"
    status = 401
    message = _("This sign-in has ended. Please sign in again.")


class Denied(DomainError):
    code = "PERMISSION_DENIED"
    status = 403
    message = _("You may see this, but not do it.")


class NotForRole(Denied):
    """What it is about is nothing that they see either."""

    message = _("Your role does not open this part of the platform.")


class InPersonOnly(Denied):
    """Asked by somebody who acts in another's name."""

    code = "IN_PERSON_ONLY"
    message = _(
        "Only they themselves can do this. Step out first: what you do then is done as yourself."
    )


class ProofNeeded(DomainError):
    """Signed in, but too long ago for this: pages lead to `settings.PROOF_URL` and back."""

    code = "REAUTHENTICATION_REQUIRED"
    status = 403
    message = _("Please prove once more that it is you. Then do this again.")


class Missing(DomainError):
    code = "NOT_FOUND"
    status = 404
    message = _("The address may be mistyped, or this is not for you to see.")


class Conflict(DomainError):
    """Somebody was faster, or the thing has moved on."""


class Gone(DomainError):
    code = "GONE"
    status = 410
    message = _("This is no longer available.")


class TooLarge(DomainError):
    code = "PAYLOAD_TOO_LARGE"
    status = 413
    message = _("That is too large to take.")


class Locked(DomainError):
    code = "LOCKED"
    status = 423
    message = _("This is locked for a while. Please try again later.")


class Throttled(DomainError):
    """`retry_after` is in seconds and becomes the Retry-After header."""

    code = "THROTTLED"
    status = 429
    message = _("That was a little too often. Please wait a moment and try again.")

    def __init__(
        self, message: str | Promise | None = None, *, retry_after: int, **details: Any
    ) -> None:
        super().__init__(message, retry_after=retry_after, **details)
        self.retry_after = retry_after


class Unavailable(DomainError):
    code = "UNAVAILABLE"
    status = 503
    message = _("This part is not available right now. Nothing was lost: please try again soon.")
