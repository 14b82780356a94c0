"""Google: ID tokens, access tokens of our own clients, codes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.google.provider import GoogleProvider as AllauthGoogleProvider
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import HttpRequest

from accounts.social.id_tokens import Trust, claims_of
from accounts.social.provider import Account, Adapter, OurProvider, text_in

ISSUERS = ("https://accounts.google.com", "accounts.google.com")


class GoogleAdapter(Adapter):
    provider_id = "google"

    def complete_login(
        self, request: HttpRequest, app: Any, token: Any, **kwargs: Any
    ) -> SocialLogin:
        return self.get_provider().verify_token(request, kwargs["response"])


class GoogleProvider(OurProvider, AllauthGoogleProvider):
    account_class = Account
    oauth2_adapter_class = GoogleAdapter
    proofs = ("id_token", "access_token", "code")

    def get_default_scope(self) -> list[str]:
        return ["openid", *super().get_default_scope()]

    def verify_token(self, request: HttpRequest, token: Mapping[str, Any]) -> SocialLogin:
        """By the ID token if there is one, which tells most and needs no further call."""
        if "id_token" in token:
            trust = Trust(self.address("keys"), ISSUERS, self.client_ids)
            said = claims_of(text_in(token, "id_token"), trust)
        else:
            said = self._behind(text_in(token, "access_token"))
        return self.sociallogin_from_response(request, said)

    def _behind(self, access_token: str) -> dict[str, Any]:
        """Whose a token is, once it is known that it was made for us: any app has some."""
        with get_adapter().get_requests_session() as session:
            checked = session.get(self.address("check"), params={"access_token": access_token})
            if checked.status_code != HTTPStatus.OK:
                raise OAuth2Error("an access token that is not good")
            if text_in(checked.json(), "aud") not in self.client_ids:
                raise OAuth2Error("an access token for somebody else")
            bearer = {"Authorization": f"Bearer {access_token}"}
            asked = session.get(self.address("user"), headers=bearer)
            if asked.status_code != HTTPStatus.OK:
                raise OAuth2Error("an access token that opens nothing")
            said = asked.json()
        if text_in(said, "sub") != text_in(checked.json(), "sub"):
            raise OAuth2Error("two people")
        return said
