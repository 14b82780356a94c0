"""Who may make an account: anybody, whom staff invite, or whoever has an address of ours."""

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import RegistrationClosed
from core.errors import Invalid


def is_registration_open() -> bool:
    """To anybody at all: what the pages ask before they show the way in."""
    return settings.REGISTRATION != "invitation"


def demand_open_to(email: str) -> None:
    if not is_registration_open():
        raise RegistrationClosed
    if settings.REGISTRATION == "domains" and not _is_listed(email):
        raise Invalid(
            email=[_("Please use your address at %(domains)s.") % {"domains": _listed_domains()}]
        )


def _is_listed(email: str) -> bool:
    domain = email.rpartition("@")[2].lower()
    return domain in {each.lower() for each in settings.REGISTRATION_DOMAINS}


def _listed_domains() -> str:
    return ", ".join(settings.REGISTRATION_DOMAINS)
