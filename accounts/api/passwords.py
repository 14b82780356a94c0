"""Passwords by the API: forgotten, chosen anew, changed; and moving to another address."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.passwords import reset_password
from accounts.api.registration import EmailSerializer, OpenEndpoint
from accounts.entry.ways import choose_password, forget_password, move_to_address
from accounts.models import User
from accounts.rules import PASSWORD_LENGTH
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Locked, ProofNeeded
from core.policies import Allows


class PasswordField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=PASSWORD_LENGTH,
            trim_whitespace=False,
            style={"input_type": "password"},
            **kwargs,
        )


class ResetSerializer(serializers.Serializer[Any]):
    uid = serializers.CharField(max_length=16)
    token = serializers.CharField(max_length=128)
    new_password = PasswordField()


class ChangeSerializer(serializers.Serializer[Any]):
    old_password = PasswordField(
        required=False,
        default="",
        help_text="Left out only by whoever has none, and has proven themselves lately.",
    )
    new_password = PasswordField()


class ChangeEmailSerializer(EmailSerializer):
    password = PasswordField(
        required=False,
        default="",
        help_text="Left out only by whoever has none, and has proven themselves lately.",
    )


class SaidSerializer(serializers.Serializer[Any]):
    """What happened, for a person."""

    message = serializers.CharField()


class ForgottenEndpoint(OpenEndpoint):
    serializer_class = EmailSerializer

    @extend_schema(
        summary="Forget a password",
        description="Always the same answer. Whoever has an account at this address gets a mail "
        "with a link to a new password, which is good once.",
        responses={HTTPStatus.ACCEPTED: SaidSerializer},
        examples=[
            OpenApiExample("An address", request_only=True, value={"email": "diya@example.org"}),
            OpenApiExample(
                "Whoever it is",
                response_only=True,
                status_codes=["202"],
                value={"message": "If there is an account at this address, a mail is on its way."},
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        forget_password(request._request, _valid(self, request)["email"])  # noqa: SLF001
        said = _("If there is an account at this address, a mail is on its way.")
        return Response({"message": said}, HTTPStatus.ACCEPTED)


class ResetEndpoint(OpenEndpoint):
    serializer_class = ResetSerializer

    @extend_schema(
        summary="Choose a new password by the mailed link",
        description="`uid` and `token` are the two parts of the last segment of the link, before "
        "and after its first dash. The link is good once; every sign-in of the account ends, and "
        "its address counts as proven.",
        responses=SaidSerializer,
        examples=[
            OpenApiExample(
                "A new one",
                request_only=True,
                value={"uid": "1f", "token": "cz0t2v-5f0…", "new_password": "blue rivers run"},
            ),
            OpenApiExample(
                "Done", response_only=True, value={"message": "Your password is changed."}
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        given = _valid(self, request)
        reset_password(
            given["uid"],
            given["token"],
            password=given["new_password"],
            caller=caller_of(request),
            at=now(),
        )
        return Response({"message": _("Your password is changed. You can sign in with it now.")})


class ChangeEndpoint(GenericAPIView[User]):
    serializer_class = ChangeSerializer
    permission_classes = (Allows("accounts.use_own_second_factor"),)

    @extend_schema(
        summary="Change one's own password",
        description="Every other sign-in ends at once, and all tokens, those of the caller too: "
        "sign in again. A browser that calls with its session stays signed in.",
        responses=SaidSerializer,
        examples=[
            OpenApiExample(
                "Old and new",
                request_only=True,
                value={"old_password": "correct horse battery", "new_password": "blue rivers run"},
            ),
            OpenApiExample(
                "Done", response_only=True, value={"message": "Your password is changed."}
            ),
        ],
    )
    @may_raise(ProofNeeded, Locked)
    def post(self, request: Request) -> Response:
        user = choose_password(request, **_valid(self, request))
        if request.auth is None:
            update_session_auth_hash(request._request, user)  # noqa: SLF001
        return Response({"message": _("Your password is changed. Other sign-ins have ended.")})


class ChangeEmailEndpoint(GenericAPIView[User]):
    serializer_class = ChangeEmailSerializer
    permission_classes = (Allows("accounts.use_own_second_factor"),)

    @extend_schema(
        summary="Move to another address",
        description="The new address gets a mail and has to confirm; the old one is told at once. "
        "The answer is the same for an address that somebody has already.",
        responses={HTTPStatus.ACCEPTED: SaidSerializer},
        examples=[
            OpenApiExample(
                "A new address",
                request_only=True,
                value={"email": "diya.new@example.org", "password": "correct horse battery"},
            ),
            OpenApiExample(
                "To be confirmed",
                response_only=True,
                status_codes=["202"],
                value={"message": "Open the mail at your new address to confirm it."},
            ),
        ],
    )
    @may_raise(ProofNeeded, Locked)
    def post(self, request: Request) -> Response:
        move_to_address(request, **_valid(self, request))
        said = _("Open the mail at your new address to confirm it.")
        return Response({"message": said}, HTTPStatus.ACCEPTED)


def _valid(view: GenericAPIView[Any], request: Request) -> dict[str, Any]:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
