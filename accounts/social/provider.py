"""What our three providers have in common, on top of allauth's own."""

import secrets
from collections.abc import Mapping
from typing import Any

from allauth.account.internal.emailkit import valid_email_or_none
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import ProviderAccount, ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest, HttpResponse

PROCESSES = ("login", "connect")
NAME_LENGTH = 150
EMAIL_LENGTH = 254


class Account(ProviderAccount):
    """How a connected account is called on our pages."""

    def to_str(self) -> str:
        data = self.account.extra_data
        return (
            data.get("login") or data.get("email") or data.get("name") or self.get_brand()["name"]
        )


class Adapter(OAuth2Adapter):
    """Knows the addresses by settings; `redirect_uri` is set where an app brings its own."""

    headers = {"Accept": "application/json"}
    redirect_uri = ""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return self.redirect_uri or super().get_callback_url(request, app)

    def get_client(self, request: HttpRequest, app: Any) -> OAuth2Client:
        client = super().get_client(request, app)
        client.consumer_key = self.get_provider().client_ids[0]
        return client

    @property
    def authorize_url(self) -> str:
        return self.address("authorize")

    @property
    def access_token_url(self) -> str:
        return self.address("token")

    def address(self, what: str) -> str:
        return self.get_provider().address(what)


class OurProvider(OAuth2Provider):
    """PKCE always; a nonce where there is an ID token; nothing taken from the address.

    Of whoever signs in, only what is shown is kept, and only addresses that the provider has
    verified are believed: `facts` says what there is.
    """

    account_class = Account
    pkce_enabled_default = True
    # Whether a code comes with an ID token, which repeats the nonce.
    has_id_token = True
    # The fields by which an app may prove who somebody is.
    proofs: tuple[str, ...] = ("id_token", "code")

    def address(self, what: str) -> str:
        return str(self.get_settings()["ADDRESSES"][what])

    @property
    def client_ids(self) -> list[str]:
        return [each for each in self.app.client_id.split(",") if each]

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, str]:
        return self.get_auth_params()

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        how = super().get_redirect_from_request_kwargs(request)
        process = how["process"] if how["process"] in PROCESSES else PROCESSES[0]
        return {**how, "process": process, "who": request.user.pk}

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **how: Any
    ) -> HttpResponse:
        if self.has_id_token:
            how["nonce"] = secrets.token_urlsafe(24)
            how["auth_params"] = {**how["auth_params"], "nonce": how["nonce"]}
        return super().redirect(request, process, next_url, data, **how)

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> SocialLogin:
        login = super().sociallogin_from_response(request, response)
        login.nonce = response.get("nonce")
        return login

    def redeem(
        self, request: HttpRequest, *, code: str, redirect_uri: str, verifier: str
    ) -> SocialLogin:
        """For a code that an app of ours brings."""
        adapter = self.get_oauth2_adapter(request)
        adapter.redirect_uri = redirect_uri
        client = adapter.get_client(request, self.app)
        answer = client.get_access_token(code, pkce_code_verifier=verifier or None)
        token = adapter.parse_token(answer)
        return adapter.complete_login(request, self.app, token, response=answer)

    def facts(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """`name`, and where there is one `login`, of what the provider said."""
        return {"name": data.get("name")}

    def verified_addresses(self, data: Mapping[str, Any]) -> list[str]:
        return [data["email"]] if is_true(data.get("email_verified")) else []

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        return text_in(data, "sub")

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[EmailAddress]:
        found = (valid_email_or_none(each) for each in self.verified_addresses(data))
        kept = [each for each in found if each and len(each) <= EMAIL_LENGTH]
        return [
            EmailAddress(email=each, verified=True, primary=each == kept[0])
            for each in dict.fromkeys(kept)
        ]

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": self.facts(data).get("name") or ""}

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, str]:
        addresses = self.extract_email_addresses(data)
        shown = {**self.facts(data), "email": addresses[0].email if addresses else ""}
        return {name: text[:EMAIL_LENGTH] for name, text in shown.items() if isinstance(text, str)}


def text_in(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, str) or not found:
        raise ProviderException(f"no {name}")
    return found


def is_true(word: object) -> bool:
    """Apple and Google's tokeninfo write booleans as text."""
    return word is True or word == "true"
