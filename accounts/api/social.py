"""Tokens for whoever Google, GitHub or Apple vouches for."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import social
from accounts.api.serializers import SignedInSerializer
from accounts.api.views import SIGNED_IN
from accounts.entrance import SCOPE
from accounts.errors import (
    AccountClosed,
    ConnectFirst,
    NoProvenAddress,
    NotConfirmed,
    ProviderAway,
    ProviderNotConfigured,
    SecondFactorRequired,
)
from accounts.gate import admit
from accounts.models import User
from accounts.social.apple import AppleProvider
from accounts.social.configured import configured_provider
from accounts.social.github import GitHubProvider
from accounts.social.google import GoogleProvider
from accounts.social.proofs import Proof, demand_own, login_behind
from accounts.social.provider import NAME_LENGTH, OurProvider
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now

TOKEN_LENGTH = 8192
PROOFS = ("id_token", "access_token", "code")
DESCRIPTION = """\
Bring one of {proofs}. An account is found by the provider's own id, else by an address that both
sides have verified; else a new student's account is made, for which `accept_terms` must be true.

- With a `code` from another address than our own page, send its `redirect_uri`, which must be ours
  or listed by the operator, and with PKCE its `code_verifier`. A code is good once.
- Send the `nonce` that you asked with, and it is compared.
- An access token must have been made for our own client.
- 409 `CONNECT_FIRST`: somebody registered this address and has not proven it. They sign in another
  way and connect the provider there.
"""


class ProviderProofSerializer(serializers.Serializer[Any]):
    id_token = serializers.CharField(max_length=TOKEN_LENGTH, required=False)
    access_token = serializers.CharField(max_length=TOKEN_LENGTH, required=False)
    code = serializers.CharField(max_length=2048, required=False)
    redirect_uri = serializers.CharField(
        max_length=2048,
        required=False,
        help_text="Where the provider sent the code; without it, our own page.",
    )
    code_verifier = serializers.CharField(
        max_length=128, required=False, help_text="Of a code that was asked for with PKCE."
    )
    nonce = serializers.CharField(
        max_length=256, required=False, help_text="What the ID token must repeat."
    )
    name = serializers.CharField(
        max_length=NAME_LENGTH,
        required=False,
        allow_blank=True,
        help_text="For a new account, where the provider tells none: Apple does so only once.",
    )
    accept_terms = serializers.BooleanField(
        required=False, default=False, help_text="For a new account: that the terms are accepted."
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        possible = self.context["view"].provider.proofs
        brought = [name for name in PROOFS if name in given]
        if len(brought) != 1 or brought[0] not in possible:
            message = f"Send exactly one of {', '.join(possible)}."
            raise serializers.ValidationError({brought[0] if brought else possible[0]: [message]})
        if "redirect_uri" in given:
            demand_own(given["redirect_uri"])
        return given


class SocialSignInEndpoint(GenericAPIView[User]):
    """Open to anybody, whatever old token or cookie the caller still sends along."""

    serializer_class = ProviderProofSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = SCOPE
    provider: type[OurProvider]

    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = dict(serializer.validated_data)
        has_accepted = given.pop("accept_terms")
        provider = configured_provider(request._request, self.provider.id)  # noqa: SLF001
        login = login_behind(request._request, provider, Proof(**given))  # noqa: SLF001
        caller, at = caller_of(request), now()
        user = social.recognise(login, caller=caller, at=at) or social.join(
            login, has_accepted=has_accepted, caller=caller, at=at
        )
        tokens = admit(user, way=provider.id, caller=caller, at=at)
        shown = {"access": tokens.access, "refresh": tokens.refresh, "user": user}
        return Response(SignedInSerializer(shown).data)


def _endpoint(provider: type[OurProvider]) -> type[SocialSignInEndpoint]:
    """One class a provider, so that each has its own words in the schema."""

    class Endpoint(SocialSignInEndpoint):
        @extend_schema(
            summary=f"Sign in with {provider.name}",
            description=DESCRIPTION.format(proofs=", ".join(f"`{p}`" for p in provider.proofs)),
            responses=SignedInSerializer,
            examples=[
                SIGNED_IN,
                OpenApiExample(
                    "From an app",
                    request_only=True,
                    value={provider.proofs[0]: "eyJhbGciOiJSUzI1NiIs…", "accept_terms": True},
                ),
            ],
        )
        @may_raise(
            NotConfirmed,
            SecondFactorRequired,
            NoProvenAddress,
            AccountClosed,
            ConnectFirst,
            ProviderAway,
            ProviderNotConfigured,
        )
        def post(self, request: Request) -> Response:
            return super().post(request)

    Endpoint.provider = provider
    Endpoint.__name__ = Endpoint.__qualname__ = f"{provider.name}SignInEndpoint"
    return Endpoint


ENDPOINTS = {
    provider.id: _endpoint(provider) for provider in (GoogleProvider, GitHubProvider, AppleProvider)
}
