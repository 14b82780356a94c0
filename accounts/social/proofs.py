"""What an app brings to prove who somebody is, and whom the provider says it is."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from accounts.errors import NotConfirmed, ProviderAway
from accounts.social.adapter import usable_name
from accounts.social.provider import OurProvider
from core.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One of the first three. `code_verifier` belongs to a code that was asked for with PKCE."""

    id_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    redirect_uri: str = ""
    code_verifier: str = field(default="", repr=False)
    nonce: str = ""
    name: str = ""


def login_behind(request: HttpRequest, provider: OurProvider, proof: Proof) -> SocialLogin:
    """Raises `NotConfirmed` for what proves nothing, `ProviderAway` where nobody can tell."""
    try:
        login = _ask(request, provider, proof)
    except (OAuth2Error, ProviderException):
        raise NotConfirmed(provider.name) from None
    except RequestException:
        raise ProviderAway(provider.name) from None
    # An app that sends none has not asked for one; a nonce that it made is of use to it alone.
    if proof.nonce and login.nonce != proof.nonce:
        raise NotConfirmed(provider.name)
    login.user.name = login.user.name or usable_name(proof.name)
    return login


def demand_own(redirect_uri: str) -> None:
    """Only where codes of ours are sent to: our pages, and the apps that the operator lists."""
    if not _is_here(redirect_uri) and redirect_uri not in settings.SOCIAL_REDIRECT_URIS:
        message = _("This is no address of ours. The operator can list it in SOCIAL_REDIRECT_URIS.")
        raise Invalid(redirect_uri=[message])


def _is_here(redirect_uri: str) -> bool:
    own = urlsplit(settings.FRONTEND_URL)
    try:
        asked = urlsplit(redirect_uri)
    except ValueError:
        return False
    return (asked.scheme, asked.netloc) == (own.scheme, own.netloc)


def _ask(request: HttpRequest, provider: OurProvider, proof: Proof) -> SocialLogin:
    if proof.code:
        return provider.redeem(
            request,
            code=proof.code,
            redirect_uri=proof.redirect_uri or _own_callback(provider),
            verifier=proof.code_verifier,
        )
    if proof.id_token:
        return provider.verify_token(request, {"id_token": proof.id_token})
    return provider.verify_token(request, {"access_token": proof.access_token})


def _own_callback(provider: OurProvider) -> str:
    return settings.FRONTEND_URL + reverse(f"{provider.id}_callback")
