"""Where one is signed in, and signing out from there."""

from http import HTTPStatus

from django.contrib.auth import logout
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.sign_ins import end_sign_in
from accounts.api.serializers import SignInSerializer
from accounts.entrance import user_in
from accounts.middleware import sign_in_behind
from accounts.models import SignIn
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Missing
from core.policies import Allows

SIGN_IN = OpenApiExample(
    "A phone",
    response_only=True,
    value={
        "id": "6f3f1d9e-6c0b-4b57-9c8e-0a5a3f0c1c11",
        "kind": "tokens",
        "address": "203.0.113.7",
        "user_agent": "ApraNova/1.4 (Android)",
        "created_at": "2026-11-20T10:15:30Z",
        "last_seen_at": "2026-11-20T11:02:11Z",
        "expires_at": "2026-11-27T10:15:30Z",
        "is_current": True,
        "impersonated_by": None,
    },
)


class OwnSignIns(GenericAPIView[SignIn]):
    serializer_class = SignInSerializer
    permission_classes = (Allows("accounts.use_own_sign_in"),)

    def get_queryset(self) -> QuerySet[SignIn]:
        if getattr(self, "swagger_fake_view", False):
            return SignIn.objects.none()
        living = SignIn.objects.living_of(user_in(self.request), at=now())
        return living.select_related("impersonator").order_by("-last_seen_at", "-pk")

    def get_serializer_context(self) -> dict[str, object]:
        return super().get_serializer_context() | {"current": _current(self.request)}


class SessionsEndpoint(ListModelMixin, OwnSignIns):
    @extend_schema(summary="Where I am signed in", examples=[SIGN_IN])
    def get(self, request: Request) -> Response:
        return self.list(request)


class SessionEndpoint(OwnSignIns):
    lookup_field = "sid"

    @extend_schema(summary="One place where I am signed in", examples=[SIGN_IN])
    @may_raise(Missing)
    def get(self, request: Request, sid: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Sign out there",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="Signed out there.")},
    )
    @may_raise(Missing)
    def delete(self, request: Request, sid: str) -> Response:
        sign_in = self.get_object()
        end_sign_in(
            sign_in,
            by=user_in(request),
            reason=SignIn.End.SIGNED_OUT,
            caller=caller_of(request),
            at=now(),
        )
        if sign_in == _current(request) and sign_in.kind == SignIn.Kind.BROWSER:
            logout(request)
        return Response(status=HTTPStatus.NO_CONTENT)


def _current(request: Request) -> SignIn | None:
    if isinstance(request.auth, SignIn):
        return request.auth
    return sign_in_behind(request._request)  # noqa: SLF001
