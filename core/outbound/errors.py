"""Why a URL could not be used; what stands in the way inside our own network is never told."""

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid


class OutboundError(Invalid):
    """The family, for whoever treats them all alike."""


class RefusedUrlError(OutboundError):
    message = _("Please give a public web address, such as https://example.com/page.")


class UnreachableError(OutboundError):
    """Said of names that do not exist and of names inside alike, so that nobody can tell them."""

    message = _("This address does not answer. Please check it and try again.")


class TooSlowError(OutboundError):
    message = _("This address took too long to answer. Please try again later.")


class TooMuchError(OutboundError):
    message = _("There is more at this address than can be taken.")


class WrongContentError(OutboundError):
    message = _("What is at this address is not of the kind that is needed here.")
