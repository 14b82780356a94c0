"""Signing in and out with tokens, and one's own profile."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth import logout
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.audit import record_audit
from accounts.actions.people import edit_profile
from accounts.actions.sign_ins import (
    end_by_refresh_token,
    end_every_sign_in,
    refresh_tokens,
)
from accounts.api.serializers import (
    CredentialsSerializer,
    ProfileSerializer,
    RefreshSerializer,
    SignedInSerializer,
    SignOutSerializer,
    TokensSerializer,
)
from accounts.entrance import SCOPE, person_with_password, user_in
from accounts.errors import EmailNotVerified, InvalidCredentials, SecondFactorRequired
from accounts.gate import admit
from accounts.models import SignIn, User
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import InvalidToken, Locked, NotSignedIn
from core.policies import Allows
from core.throttles import look_at

# What nobody sets for themselves; a body that tries is worth knowing of.
NOT_ONES_OWN = ("role", "is_staff", "is_superuser", "is_active")

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
PROFILE = OpenApiExample(
    "A student",
    value={
        "id": 7,
        "email": "diya@example.org",
        "role": "student",
        "name": "Diya Patel",
        "phone": "+919876543210",
        "track": "FSD",
        "avatar": None,
        "time_zone": "Asia/Kolkata",
        "locale": "en",
        "notifications": {},
    },
)


def _token_sent(request: Request) -> str | None:
    """Counted by the token: a classroom behind one address refreshes all at once."""
    data = request.data
    return str(data["refresh"]) if isinstance(data, dict) and "refresh" in data else None


class SignInEndpoint(GenericAPIView[User]):
    """Open to anybody, whatever old token or cookie the caller still sends along."""

    serializer_class = CredentialsSerializer
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
    @may_raise(InvalidCredentials, SecondFactorRequired, EmailNotVerified, Locked)
    def post(self, request: Request) -> Response:
        credentials = _valid(self, request)
        user = person_with_password(request._request, **credentials)  # noqa: SLF001
        tokens = admit(user, way="password", caller=caller_of(request), at=now())
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


class ProfileEndpoint(GenericAPIView[User]):
    serializer_class = ProfileSerializer
    permission_classes = (Allows("accounts.use_own_profile"),)

    @extend_schema(summary="My profile", examples=[PROFILE])
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(request.user).data)

    @extend_schema(summary="Replace my profile", examples=[PROFILE])
    def put(self, request: Request) -> Response:
        return self._edit(request, partial=False)

    @extend_schema(summary="Change parts of my profile", examples=[PROFILE])
    def patch(self, request: Request) -> Response:
        return self._edit(request, partial=True)

    def _edit(self, request: Request, *, partial: bool) -> Response:
        serializer = self.get_serializer(request.user, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        _note_escalation(request)
        user = user_in(request)
        edit_profile(
            user,
            changes=serializer.validated_data,
            by=user,
            caller=caller_of(request),
            at=now(),
        )
        return Response(self.get_serializer(user).data)


def _valid(view: GenericAPIView[Any], request: Request) -> dict[str, Any]:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _note_escalation(request: Request) -> None:
    """Fields like `role` are ignored. Sending back what one was given is no attempt at anything."""
    user = user_in(request)
    tried = [
        field
        for field in NOT_ONES_OWN
        if field in request.data and request.data[field] != getattr(user, field, False)
    ]
    if tried:
        record_audit(
            "accounts.escalation_ignored",
            by=user,
            target=user,
            data={"fields": tried},
            caller=caller_of(request),
            at=now(),
        )
