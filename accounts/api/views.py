"""Signing in and out with tokens."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth import logout
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.sign_ins import (
    end_by_refresh_token,
    end_every_sign_in,
    refresh_tokens,
)
from accounts.api.serializers import (
    RefreshSerializer,
    SignedInSerializer,
    SignInWithPasswordSerializer,
    SignOutSerializer,
    TokensSerializer,
)
from accounts.entrance import SCOPE, person_with_password
from accounts.errors import EmailNotVerified, InvalidCode, InvalidCredentials, SecondFactorRequired
from accounts.gate import admit
from accounts.models import SignIn, User
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import InvalidToken, Locked, NotSignedIn
from core.throttles import look_at

TOKENS = {"access": "eyJhbGciOiJIUzI1NiIs…", "refresh": "eyJhbGciOiJIUzI1NiIs…"}
SIGNED_IN = OpenApiExample(
    "Signed in",
    response_only=True,
    value={
        **TOKENS,
        "user": {
            "id": 7,
            "email": "diya@example.org",
            "role": "student",
            "track": "FSD",
            "name": "Diya Patel",
        },
    },
)


def _token_sent(request: Request) -> str | None:
    """Counted by the token: a classroom behind one address refreshes all at once."""
    data = request.data
    return str(data["refresh"]) if isinstance(data, dict) and "refresh" in data else None


class SignInEndpoint(GenericAPIView[User]):
    """Open to anybody, whatever old token or cookie the caller still sends along."""

    serializer_class = SignInWithPasswordSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def check_throttles(self, request: Request) -> None:
        """The entrance counts, for pages too: here a caller only learns where they stand."""
        look_at(request._request)  # noqa: SLF001

    @extend_schema(
        summary="Sign in with e-mail and password",
        description="After 3 wrong passwords one has to wait, longer each time (429 with "
        "`Retry-After`); after 10 in 15 minutes the account is locked for this place (423).",
        responses=SignedInSerializer,
        examples=[SIGNED_IN],
    )
    @may_raise(InvalidCredentials, SecondFactorRequired, InvalidCode, EmailNotVerified, Locked)
    def post(self, request: Request) -> Response:
        given = _valid(self, request)
        code = given.pop("code")
        user = person_with_password(request._request, **given)  # noqa: SLF001
        tokens = admit(user, way="password", code=code, caller=caller_of(request), at=now())
        shown = SignedInSerializer(
            {"access": tokens.access, "refresh": tokens.refresh, "user": user}
        )
        return Response(shown.data)


class RefreshEndpoint(GenericAPIView[User]):
    serializer_class = RefreshSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = SCOPE
    throttle_account = staticmethod(_token_sent)

    @extend_schema(
        summary="Get the next pair of tokens",
        description="A refresh token is good once: the answer holds its successor. For 10 seconds "
        "it gets the same successor again, for tabs that refresh at once; used later, it ends "
        "the whole sign-in, since somebody else may have had it.",
        responses=TokensSerializer,
        examples=[OpenApiExample("The next pair", response_only=True, value=TOKENS)],
    )
    @may_raise(InvalidToken)
    def post(self, request: Request) -> Response:
        raw = _valid(self, request)["refresh"]
        tokens = refresh_tokens(raw, caller=caller_of(request), at=now())
        return Response(TokensSerializer(tokens).data)


class SignOutEndpoint(GenericAPIView[User]):
    """A refresh token is proof enough to end its own sign-in."""

    serializer_class = SignOutSerializer
    permission_classes = (AllowAny,)
    throttle_scope = SCOPE
    throttle_account = staticmethod(_token_sent)

    @extend_schema(
        summary="Sign out here, or everywhere",
        description="With `refresh` that sign-in ends, without it every sign-in of the caller.",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="Signed out.")},
        examples=[
            OpenApiExample("Here", request_only=True, value={"refresh": TOKENS["refresh"]}),
            OpenApiExample("Everywhere", request_only=True, value={}),
        ],
    )
    @may_raise(NotSignedIn, InvalidToken)
    def post(self, request: Request) -> Response:
        user = request.user if request.user.is_authenticated else None
        caller = caller_of(request)
        raw = _valid(self, request).get("refresh")
        if raw is not None:
            end_by_refresh_token(raw, user=user, caller=caller, at=now())
        elif user is not None:
            reason = SignIn.End.SIGNED_OUT
            end_every_sign_in(user, by=user, reason=reason, caller=caller, at=now())
            logout(request)
        else:
            raise NotSignedIn
        return Response(status=HTTPStatus.NO_CONTENT)


def _valid(view: GenericAPIView[Any], request: Request) -> dict[str, Any]:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
