"""What can go wrong with people and their sign-ins."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError


class InvalidCredentials(DomainError):
    """The same for an unknown address, a wrong password and a closed account."""

    code = "INVALID_CREDENTIALS"
    status = 401
    message = _("The e-mail address or the password is not right. Please check both.")


class LastSuperadmin(Conflict):
    code = "LAST_SUPERADMIN"
    message = _("This is the last superadmin. Make somebody else a superadmin first.")


class EmailTaken(Conflict):
    code = "EMAIL_TAKEN"
    message = _("Somebody uses this address already.")
