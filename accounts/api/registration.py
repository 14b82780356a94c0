"""Making an account by the API, and proving its address."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.addresses import prove_address
from accounts.actions.registration import Newcomer
from accounts.api.escalation import note_escalation_by_newcomer
from accounts.api.serializers import CredentialsSerializer, SignedInSerializer, known_track
from accounts.api.views import SIGNED_IN
from accounts.entry.forms import NAME_LENGTH
from accounts.entry.ways import join, want_proof_again
from accounts.errors import EmailTaken, LinkOver, RegistrationClosed
from accounts.gate import admit
from accounts.models import User
from accounts.rules import normalise_email
from accounts.validators import validate_name
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Missing
from core.throttles import look_at

SENT = "sent"


class NewcomerSerializer(CredentialsSerializer):
    name = serializers.CharField(max_length=NAME_LENGTH, validators=[validate_name])
    track = serializers.CharField(
        max_length=12,
        required=False,
        allow_blank=True,
        default="",
        help_text="A code, such as FSD.",
    )
    accept_terms = serializers.BooleanField(help_text="Must be true.")

    def validate_track(self, code: str) -> str:
        return known_track(code)

    def validate_email(self, email: str) -> str:
        return normalise_email(email)

    def validate_accept_terms(self, accepts: Any) -> Any:
        if not accepts:
            raise serializers.ValidationError(_("Without this we may not make an account for you."))
        return accepts


class VerificationSentSerializer(serializers.Serializer[Any]):
    verification = serializers.ChoiceField(choices=[SENT])


class RegisteredSerializer(SignedInSerializer, VerificationSentSerializer):
    pass


class EmailSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class ProvenSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    verified = serializers.BooleanField()


class OpenEndpoint(GenericAPIView[User]):
    """Open to anybody, whatever old token or cookie the caller still sends along."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def check_throttles(self, request: Request) -> None:
        """The ways count, for pages too: here a caller only learns where they stand."""
        look_at(request._request)  # noqa: SLF001


class RegistrationEndpoint(OpenEndpoint):
    serializer_class = NewcomerSerializer

    @extend_schema(
        summary="Make an account",
        description="Where addresses must be proven, the answer is the same for one that has an "
        "account already: its owner gets a mail. Elsewhere one is signed in at once, and an "
        "address that is taken is an ordinary 400. Whoever registers is a student.",
        responses={
            HTTPStatus.CREATED: PolymorphicProxySerializer(
                component_name="Registration",
                serializers=[RegisteredSerializer, VerificationSentSerializer],
                resource_type_field_name=None,
            )
        },
        examples=[
            OpenApiExample(
                "A newcomer",
                request_only=True,
                value={
                    "email": "diya@example.org",
                    "password": "correct horse battery",
                    "name": "Diya Patel",
                    "track": "FSD",
                    "accept_terms": True,
                },
            ),
            OpenApiExample(
                "To be proven",
                response_only=True,
                status_codes=["201"],
                value={"verification": SENT},
            ),
            OpenApiExample(
                "Signed in at once",
                response_only=True,
                status_codes=["201"],
                value={**SIGNED_IN.value, "verification": SENT},
            ),
        ],
    )
    @may_raise(RegistrationClosed)
    def post(self, request: Request) -> Response:
        given = _valid(self, request)
        newcomer = Newcomer(
            email=given["email"],
            password=given["password"],
            name=given["name"],
            track=given["track"],
        )
        user = join(request._request, newcomer)  # noqa: SLF001
        note_escalation_by_newcomer(request, user)
        return Response(self._answer(request, user), HTTPStatus.CREATED)

    def _answer(self, request: Request, user: User | None) -> dict[str, Any]:
        sent = {"verification": SENT}
        if user is None or settings.EMAIL_VERIFICATION == "mandatory":
            return sent
        tokens = admit(user, way="registration", caller=caller_of(request), at=now())
        shown = {"access": tokens.access, "refresh": tokens.refresh, "user": user, **sent}
        return dict(RegisteredSerializer(shown).data)


class VerificationEndpoint(OpenEndpoint):
    serializer_class = ProvenSerializer

    @extend_schema(
        summary="Prove an address by the key of the mailed link",
        description="The same key is good again: it proves nothing anew, and says that all is "
        "well. The link in the mail leads to a page with a button, since mail scanners follow "
        "links.",
        parameters=[
            OpenApiParameter(
                "key",
                {"type": "string", "pattern": "^[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$"},
                OpenApiParameter.PATH,
                description="As it was mailed.",
            )
        ],
        examples=[
            OpenApiExample(
                "Proven", response_only=True, value={"email": "diya@example.org", "verified": True}
            )
        ],
    )
    @may_raise(LinkOver, Missing, EmailTaken)
    def get(self, request: Request, key: str) -> Response:
        user = prove_address(key, caller=caller_of(request), at=now())
        return Response(ProvenSerializer({"email": user.email, "verified": True}).data)


class ResendEndpoint(OpenEndpoint):
    serializer_class = EmailSerializer

    @extend_schema(
        summary="Send the verification mail again",
        description="The answer is the same for an address that waits for none.",
        responses={HTTPStatus.ACCEPTED: OpenApiResponse(VerificationSentSerializer)},
        examples=[
            OpenApiExample("An address", request_only=True, value={"email": "diya@example.org"}),
            OpenApiExample(
                "Sent", response_only=True, status_codes=["202"], value={"verification": SENT}
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        want_proof_again(request._request, _valid(self, request)["email"])  # noqa: SLF001
        return Response({"verification": SENT}, HTTPStatus.ACCEPTED)


def _valid(view: GenericAPIView[Any], request: Request) -> dict[str, Any]:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
