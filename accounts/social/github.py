"""GitHub: access tokens of our own app, codes. It has no ID tokens."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.github.provider import GitHubProvider as AllauthGitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import HttpRequest
from requests import HTTPError

from accounts.social.provider import Account, Adapter, OurProvider, text_in

# GitHub calls these verified, but no mail reaches anybody there.
NO_MAILBOX = "@users.noreply.github.com"
LONGEST_NAME = 39


class GitHubAdapter(Adapter, GitHubOAuth2Adapter):
    @property
    def emails_url(self) -> str:
        return self.address("emails")

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        headers = {"Authorization": f"Bearer {token.token}", "Accept": "application/json"}
        with get_adapter().get_requests_session() as session:
            asked = session.get(self.address("user"), headers=headers)
        if asked.status_code != HTTPStatus.OK:
            raise OAuth2Error("an access token that opens nothing")
        said = asked.json()
        if not isinstance(said, dict):
            raise ProviderException("nobody")
        emails = self.get_emails(headers)
        return self.get_provider().sociallogin_from_response(request, {**said, "emails": emails})


class GitHubProvider(OurProvider, AllauthGitHubProvider):
    account_class = Account
    oauth2_adapter_class = GitHubAdapter
    has_id_token = False
    proofs = ("access_token", "code")

    def verify_token(self, request: HttpRequest, token: Mapping[str, Any]) -> SocialLogin:
        """Once it is known that the token was made for us: any app has some."""
        access_token = text_in(token, "access_token")
        self._check(access_token)
        adapter = self.get_oauth2_adapter(request)
        found: SocialLogin = adapter.complete_login(
            request, self.app, SocialToken(token=access_token)
        )
        return found

    def facts(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"name": data.get("name"), "login": data.get("login")}

    def verified_addresses(self, data: Mapping[str, Any]) -> list[str]:
        """The first one first."""
        emails = data.get("emails")
        found = [
            (each.get("primary") is not True, each["email"])
            for each in (emails if isinstance(emails, list) else [])
            if isinstance(each, dict)
            and each.get("verified") is True
            and isinstance(each.get("email"), str)
            and not each["email"].lower().endswith(NO_MAILBOX)
        ]
        return [email for _comes_later, email in sorted(found)]

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        number = data.get("id") if isinstance(data, dict) else None
        if not isinstance(number, int):
            raise ProviderException("no id")
        return str(number)

    def _check(self, access_token: str) -> None:
        url = self.address("check").format(client_id=self.app.client_id)
        with get_adapter().get_requests_session() as session:
            answer = session.post(
                url,
                json={"access_token": access_token},
                auth=(self.app.client_id, self.app.secret),
                headers={"Accept": "application/json"},
            )
        if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            # About our own secret, not about the token.
            raise HTTPError("GitHub does not take our client secret", response=answer)
        if answer.status_code != HTTPStatus.OK:
            raise OAuth2Error("an access token that is not ours")
