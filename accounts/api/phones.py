"""Codes by text message: signing in with one, and proving one's own phone."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.profile import PROFILE
from accounts.api.serializers import PhoneField, ProfileSerializer, SignedInSerializer
from accounts.api.views import SIGNED_IN
from accounts.errors import (
    CodeUsedUp,
    CountryNotServed,
    EmailNotVerified,
    InvalidCode,
    PhoneTaken,
    SecondFactorRequired,
    TextsAway,
    TooManyCodes,
)
from accounts.freshness import demand_fresh
from accounts.gate import admit
from accounts.models import User
from accounts.phones.codes import normalise_code, validate_code
from accounts.phones.entrance import (
    WAY,
    person_behind_phone,
    prove_own_phone,
    send_proof_code,
    send_sign_in_code,
)
from accounts.validators import validate_phone
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import ProofNeeded
from core.policies import demand
from core.throttles import look_at


class CodeField(serializers.CharField):
    """People type `481 207` as they read it."""

    def to_internal_value(self, data: Any) -> str:
        return normalise_code(super().to_internal_value(data))


class PhoneSerializer(serializers.Serializer[Any]):
    phone = PhoneField(max_length=32, validators=[validate_phone])


class PhoneAndCodeSerializer(PhoneSerializer):
    code = CodeField(max_length=16, validators=[validate_code])


class CodeSentSerializer(serializers.Serializer[Any]):
    expires_in = serializers.IntegerField(help_text="Seconds that the code is good for.")


class PhoneEndpoint(GenericAPIView[User]):
    """Open to anybody; whoever is signed in means their own phone."""

    permission_classes = (AllowAny,)

    def check_throttles(self, request: Request) -> None:
        """The entrance counts, for pages too: here a caller only learns where they stand."""
        look_at(request._request)  # noqa: SLF001


class SendCodeEndpoint(PhoneEndpoint):
    serializer_class = PhoneSerializer

    @extend_schema(
        summary="Get a code by text message",
        description="Signed in, it proves one's own phone; else it signs in to the account whose "
        "phone this is. The answer is the same for a phone that nobody has proven, to which no "
        "text goes. At most 3 codes in 15 minutes go to one phone, and the newest alone is good.",
        responses={HTTPStatus.ACCEPTED: CodeSentSerializer},
        examples=[
            OpenApiExample("A phone", request_only=True, value={"phone": "+919876543210"}),
            OpenApiExample(
                "On its way", response_only=True, status_codes=["202"], value={"expires_in": 300}
            ),
        ],
    )
    @may_raise(CountryNotServed, TooManyCodes, TextsAway, ProofNeeded)
    def post(self, request: Request) -> Response:
        user = _owner_who_asks(request)
        phone = _valid(self, request)["phone"]
        if user is not None:
            send_proof_code(request._request, user, phone=phone)  # noqa: SLF001
        else:
            send_sign_in_code(request._request, phone=phone)  # noqa: SLF001
        answer = CodeSentSerializer({"expires_in": settings.SMS_CODE_MINUTES * 60})
        return Response(answer.data, HTTPStatus.ACCEPTED)


class VerifyCodeEndpoint(PhoneEndpoint):
    serializer_class = PhoneAndCodeSerializer

    @extend_schema(
        summary="Bring the code back",
        description="Signs in as `auth/login/` does, a second factor included; signed in, it "
        "proves one's own phone and answers with the profile. After 5 wrong codes a new one is "
        "needed (429).",
        responses=PolymorphicProxySerializer(
            component_name="PhoneVerified",
            serializers=[SignedInSerializer, ProfileSerializer],
            resource_type_field_name=None,
        ),
        examples=[
            OpenApiExample(
                "The code", request_only=True, value={"phone": "+919876543210", "code": "481207"}
            ),
            SIGNED_IN,
            OpenApiExample("Proven", response_only=True, value=PROFILE.value),
        ],
    )
    @may_raise(
        InvalidCode, CodeUsedUp, SecondFactorRequired, EmailNotVerified, PhoneTaken, ProofNeeded
    )
    def post(self, request: Request) -> Response:
        owner = _owner_who_asks(request)
        proof = _valid(self, request)
        if owner is not None:
            proven = prove_own_phone(request._request, owner, **proof)  # noqa: SLF001
            return Response(ProfileSerializer(proven, context={"request": request}).data)
        user = person_behind_phone(request._request, **proof)  # noqa: SLF001
        tokens = admit(user, way=WAY, caller=caller_of(request), at=now())
        shown = SignedInSerializer(
            {"access": tokens.access, "refresh": tokens.refresh, "user": user}
        )
        return Response(shown.data)


def _owner_who_asks(request: Request) -> User | None:
    """A proven phone is a way in, which a session that somebody has borrowed must not open."""
    if not isinstance(request.user, User):
        return None
    demand(request.user, "accounts.prove_own_phone")
    demand_fresh(request)
    return request.user


def _valid(view: GenericAPIView[Any], request: Request) -> dict[str, Any]:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
