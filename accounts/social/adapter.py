"""How allauth's flows for Google, GitHub and Apple come to our rules and actions."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, Provider
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from requests import RequestException

from accounts.actions import social
from accounts.entrance import user_in
from accounts.entry.modes import demand_open_to
from accounts.errors import NotConfirmed, ProviderAway, SocialSignInLost
from accounts.models import User
from accounts.rules import normalise_email
from accounts.social.calls import ProviderSession
from accounts.social.provider import NAME_LENGTH
from accounts.validators import validate_name
from core.callers import caller_of
from core.clock import now

CONNECT = "connect"


class SocialAdapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """By settings alone: keys are the operator's, and no page asks the database for them."""
        return [
            SocialApp(provider=name, **app)
            for name, about in settings.SOCIALACCOUNT_PROVIDERS.items()
            for app in about["APPS"]
            if provider in {None, name} and client_id in {None, app["client_id"]}
        ]

    def get_requests_session(self) -> ProviderSession:
        return ProviderSession()

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        user: User = sociallogin.user
        user.email = normalise_email(data.get("email") or "")
        user.name = usable_name(data.get("name") or "")
        return user

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Left to `recognise`, which pages and API share."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Between the provider's word and whatever follows from it."""
        state = sociallogin.state
        if sociallogin.provider.has_id_token and sociallogin.nonce != state.get("nonce"):
            raise NotConfirmed(sociallogin.provider.name)
        # What opens doors at the provider is of no more use, and is kept nowhere.
        sociallogin.token = None
        if state.get("process") == CONNECT:
            self._connect(request, sociallogin)
        person = social.recognise(sociallogin, caller=caller_of(request), at=now())
        if person is not None:
            sociallogin.user = person

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody joins without a look at the terms."""
        return False

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Raises what the page should say where it is not."""
        demand_open_to(sociallogin.user.email)
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user = social.join(
            sociallogin, has_accepted=form is not None, caller=caller_of(request), at=now()
        )
        sociallogin.user = user
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """What went wrong, in our words: the views show it."""
        if error == AuthError.CANCELLED:
            return
        if isinstance(exception, RequestException):
            raise ProviderAway(provider.name)
        if "state_id" in (extra_context or {}):
            raise SocialSignInLost(provider.name)
        raise NotConfirmed(provider.name)

    def _connect(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        user = user_in(request)
        if sociallogin.state.get("who") != user.pk:
            raise SocialSignInLost(sociallogin.provider.name)
        social.connect(user, sociallogin, caller=caller_of(request), at=now())
        raise ImmediateHttpResponse(redirect("socialaccount_connections"))


def usable_name(name: str) -> str:
    name = " ".join(name.split())[:NAME_LENGTH]
    try:
        validate_name(name)
    except ValidationError:
        return ""
    return name
