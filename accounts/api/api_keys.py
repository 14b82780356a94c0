"""Keys of outside systems, for the staff who make them."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.api_keys import make_api_key, revoke_api_key
from accounts.entrance import user_in
from accounts.freshness import demand_fresh
from accounts.models import ApiKey
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.days import is_day
from core.errors import Missing, ProofNeeded
from core.policies import Allows

KEY = {
    "id": 3,
    "name": "Placement office",
    "prefix": "apn_Xk2mPq9T",
    "scopes": ["users:read"],
    "created_at": "2026-11-20T10:15:30Z",
    "expires_at": "2027-11-20T10:15:30Z",
    "last_used_at": None,
    "revoked_at": None,
}
SHOWN = OpenApiExample("A key", response_only=True, value=KEY)
MADE = OpenApiExample(
    "Shown once",
    response_only=True,
    value={**KEY, "key": "apn_Xk2mPq9T_…"},
)
ASKED = OpenApiExample(
    "For a year",
    request_only=True,
    value={
        "name": "Placement office",
        "scopes": ["users:read"],
        "expires_at": "2027-11-20T10:15:30Z",
    },
)


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=64), allow_empty=False, max_length=50
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Without it the key is good until it is revoked."
    )

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "prefix",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ]
        read_only_fields = ["prefix", "created_at", "last_used_at", "revoked_at"]

    def validate_expires_at(self, moment: datetime | None) -> datetime | None:
        if moment is not None and moment <= now():
            raise serializers.ValidationError(gettext("Choose a moment that is still to come."))
        if moment is not None and not is_day(moment.date()):
            said = gettext("Choose a day of this century or the next.")
            raise serializers.ValidationError(said)
        return moment


class MadeApiKeySerializer(ApiKeySerializer):
    key = serializers.CharField(help_text="Shown here and never again.", read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]


class OwnApiKeys(GenericAPIView[ApiKey]):
    serializer_class = ApiKeySerializer
    permission_classes = (Allows("accounts.use_api_keys"),)

    def get_queryset(self) -> QuerySet[ApiKey]:
        if getattr(self, "swagger_fake_view", False):
            return ApiKey.objects.none()
        return ApiKey.objects.filter(owner=user_in(self.request))


class ApiKeysEndpoint(ListModelMixin, OwnApiKeys):
    @extend_schema(summary="My API keys", examples=[SHOWN])
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Make an API key",
        description="The answer is the only one that shows the key. It acts in its owner's name, "
        "as far as its scopes go, and ends with their role. Needs a fresh sign-in.",
        responses={HTTPStatus.CREATED: MadeApiKeySerializer},
        examples=[ASKED, MADE],
    )
    @may_raise(ProofNeeded)
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        demand_fresh(request)
        fields: dict[str, Any] = {"expires_at": None, **serializer.validated_data}
        key, text = make_api_key(user_in(request), **fields, caller=caller_of(request), at=now())
        shown = self.get_serializer(key).data
        return Response({**shown, "key": text}, status=HTTPStatus.CREATED)


class ApiKeyEndpoint(OwnApiKeys):
    @extend_schema(summary="One of my API keys", examples=[SHOWN])
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Revoke an API key",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="It opens nothing now.")},
    )
    @may_raise(Missing)
    def delete(self, request: Request, pk: int) -> Response:
        key = self.get_object()
        revoke_api_key(key, by=user_in(request), caller=caller_of(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)
