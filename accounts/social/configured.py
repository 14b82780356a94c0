"""Which providers are set up here: what pages offer, and where browsers may be sent."""

from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest

from accounts.actions.social import NAMES, configured_providers
from accounts.errors import ProviderNotConfigured
from accounts.social.provider import OurProvider


def configured_provider(request: HttpRequest, name: str) -> OurProvider:
    """Raises `ProviderNotConfigured` where the operator has set no keys."""
    if name not in configured_providers():
        raise ProviderNotConfigured(NAMES[name])
    found: OurProvider = get_adapter(request).get_provider(request, name)
    return found


def provider_names(also: Collection[str] = ()) -> list[tuple[str, str]]:
    """Names and titles of those that are set up, in our order; `also` those that one still has."""
    shown = {*configured_providers(), *also}
    return [(name, title) for name, title in NAMES.items() if name in shown]


def csp_sources() -> Mapping[str, Sequence[str]]:
    """A form of ours leads to them by redirect, which browsers ask the policy for."""
    places = [
        urlsplit(settings.SOCIALACCOUNT_PROVIDERS[name]["ADDRESSES"]["authorize"])
        for name in configured_providers()
    ]
    return {"form-action": [f"{place.scheme}://{place.netloc}" for place in places]}
