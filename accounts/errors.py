"""What can go wrong with people and their sign-ins."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError


class InvalidCredentials(DomainError):
    """The same for an unknown address, a wrong password and a closed account."""

    code = "INVALID_CREDENTIALS"
    status = 401
    message = _("The e-mail address or the password is not right. Please check both.")


class EmailNotVerified(DomainError):
    code = "EMAIL_NOT_VERIFIED"
    status = 403
    message = _(
        "Please confirm your address first: we have sent you a mail with a link. If it did not "
        "come, ask for another one."
    )


class SecondFactorRequired(DomainError):
    """Bears the `mfa_token` that the second proof is brought with."""

    code = "MFA_REQUIRED"
    status = 401
    message = _("One more step: enter the code of your authenticator app or a recovery code.")


class LastSuperadmin(Conflict):
    code = "LAST_SUPERADMIN"
    message = _("This is the last superadmin. Make somebody else a superadmin first.")


class EmailTaken(Conflict):
    code = "EMAIL_TAKEN"
    message = _("Somebody uses this address already.")
