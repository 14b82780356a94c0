"""Passkeys by the API: adding, signing in, listing, dropping."""

from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import passkeys
from accounts.api.second_factors import OWN, RECOVERY_CODES
from accounts.api.serializers import SignedInSerializer
from accounts.api.views import SIGNED_IN
from accounts.entrance import SCOPE, user_in
from accounts.errors import EmailNotVerified, InvalidPasskey, TooManyPasskeys
from accounts.freshness import demand_fresh
from accounts.gate import admit
from accounts.models import User
from accounts.passkeys import ask_for_new, ask_for_proof
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Missing, ProofNeeded

TOKEN_LENGTH = 1024
PASSKEY = {
    "id": 3,
    "name": "My phone",
    "created_at": "2026-11-20T10:15:30Z",
    "last_used_at": "2026-11-21T08:00:00Z",
}
QUESTION = OpenApiExample(
    "For navigator.credentials",
    response_only=True,
    value={
        "token": "eyJmb3IiOiJwcm9vZiIs…",
        "options": {"publicKey": {"challenge": "q7Zb…", "rpId": "learn.example.org"}},
    },
)


class PasskeySerializer(serializers.ModelSerializer[Authenticator]):
    name = serializers.CharField(source="data.name", read_only=True)

    class Meta:
        model = Authenticator
        fields = ["id", "name", "created_at", "last_used_at"]


class QuestionSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Bring it back with the answer, within 10 minutes.")
    options = serializers.DictField(
        help_text="For `navigator.credentials.create()` or `get()`; bytes are base64url."
    )


class AnswerSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=TOKEN_LENGTH)
    credential = serializers.DictField(
        help_text="The PublicKeyCredential as JSON (`toJSON()`), bytes as base64url."
    )


class NewPasskeySerializer(AnswerSerializer):
    name = serializers.CharField(max_length=passkeys.NAME_LENGTH, required=False, default="")


class AddedPasskeySerializer(PasskeySerializer):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(),
        help_text="With the first second factor, shown this once; else empty.",
    )

    class Meta(PasskeySerializer.Meta):
        fields = [*PasskeySerializer.Meta.fields, "recovery_codes"]


class RegistrationQuestionEndpoint(GenericAPIView[Authenticator]):
    serializer_class = QuestionSerializer
    permission_classes = (OWN,)

    @extend_schema(
        summary="Begin to add a passkey",
        request=None,
        responses=QuestionSerializer,
        examples=[QUESTION],
    )
    @may_raise(ProofNeeded)
    def post(self, request: Request) -> Response:
        demand_fresh(request)
        return Response(ask_for_new(user_in(request), at=now()).as_json)


class RegistrationEndpoint(GenericAPIView[Authenticator]):
    serializer_class = NewPasskeySerializer
    permission_classes = (OWN,)

    @extend_schema(
        summary="Add the passkey",
        responses={HTTPStatus.CREATED: AddedPasskeySerializer},
        examples=[
            OpenApiExample(
                "Added",
                response_only=True,
                status_codes=["201"],
                value={**PASSKEY, "last_used_at": None, "recovery_codes": RECOVERY_CODES},
            )
        ],
    )
    @may_raise(ProofNeeded, InvalidPasskey, TooManyPasskeys)
    def post(self, request: Request) -> Response:
        given = _valid(self, request)
        demand_fresh(request)
        passkey, codes = passkeys.add_passkey(
            user_in(request),
            token=given["token"],
            answer=given["credential"],
            name=given["name"],
            caller=caller_of(request),
            at=now(),
        )
        shown = {**PasskeySerializer(passkey).data, "recovery_codes": codes}
        return Response(shown, status=HTTPStatus.CREATED)


class SignInQuestionEndpoint(GenericAPIView[Authenticator]):
    serializer_class = QuestionSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = SCOPE

    @extend_schema(
        summary="Begin to sign in with a passkey",
        request=None,
        responses=QuestionSerializer,
        examples=[QUESTION],
    )
    def post(self, request: Request) -> Response:
        return Response(ask_for_proof(None, at=now()).as_json)


class PasskeySignInEndpoint(GenericAPIView[User]):
    serializer_class = AnswerSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = SCOPE

    @extend_schema(
        summary="Sign in with a passkey",
        description="It counts as both proofs: no second step follows.",
        responses=SignedInSerializer,
        examples=[SIGNED_IN],
    )
    @may_raise(InvalidPasskey, EmailNotVerified)
    def post(self, request: Request) -> Response:
        given, caller, at = _valid(self, request), caller_of(request), now()
        user = passkeys.prove_with_passkey(
            given["token"], given["credential"], caller=caller, at=at
        )
        tokens = admit(user, way="passkey", caller=caller, at=at, has_second_factor=True)
        shown = {"access": tokens.access, "refresh": tokens.refresh, "user": user}
        return Response(SignedInSerializer(shown).data)


class OwnPasskeys(GenericAPIView[Authenticator]):
    serializer_class = PasskeySerializer
    permission_classes = (OWN,)

    def get_queryset(self) -> QuerySet[Authenticator]:
        if getattr(self, "swagger_fake_view", False):
            return Authenticator.objects.none()
        kind = Authenticator.Type.WEBAUTHN
        return Authenticator.objects.filter(user=user_in(self.request), type=kind).order_by("pk")


class PasskeysEndpoint(ListModelMixin, OwnPasskeys):
    @extend_schema(
        summary="My passkeys",
        examples=[OpenApiExample("A phone", response_only=True, value=PASSKEY)],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)


class PasskeyEndpoint(OwnPasskeys):
    @extend_schema(
        summary="One of my passkeys",
        examples=[OpenApiExample("A phone", response_only=True, value=PASSKEY)],
    )
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Drop a passkey",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="Dropped.")},
    )
    @may_raise(Missing, ProofNeeded)
    def delete(self, request: Request, pk: int) -> Response:
        passkey = self.get_object()
        demand_fresh(request)
        passkeys.drop_passkey(passkey, caller=caller_of(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)


def _valid(view: GenericAPIView[Any], request: Request) -> dict[str, Any]:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
