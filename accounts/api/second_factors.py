"""Second factors by the API: the second step of signing in, an app, recovery codes."""

from http import HTTPStatus
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import second_factors
from accounts.actions.proofs import demand_provable, prove_by_code, prove_by_password
from accounts.actions.second_factors import Place
from accounts.api.serializers import SignedInSerializer
from accounts.api.views import SIGNED_IN
from accounts.entrance import SCOPE, person_with_password, user_in
from accounts.errors import (
    InvalidCode,
    InvalidCredentials,
    NoSecondFactor,
    NoTotpSetup,
    SecondStepOver,
    TotpThere,
)
from accounts.freshness import current_sign_in, demand_fresh
from accounts.models import User
from accounts.rules import PASSWORD_LENGTH
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Invalid, Locked, Missing, NotSignedIn, ProofNeeded
from core.policies import Allows

CODE_LENGTH = 32
RECOVERY_CODES = ["4819206375", "0957316284", "7260483915"]
OWN = Allows("accounts.use_own_second_factor")


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(
        max_length=CODE_LENGTH, help_text="Six figures of the app, or a recovery code."
    )


class SecondStepSerializer(CodeSerializer):
    mfa_token = serializers.UUIDField(help_text="From the answer 401 MFA_REQUIRED.")


class ProofSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(
        max_length=PASSWORD_LENGTH,
        required=False,
        trim_whitespace=False,
        style={"input_type": "password"},
    )
    code = serializers.CharField(
        max_length=CODE_LENGTH, required=False, help_text="For whoever has a second factor."
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if len(given) != 1:
            raise Invalid(code=["Give either `password` or `code`."])
        return given


class TotpSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    added_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    recovery_codes_left = serializers.IntegerField()


class TotpSetupSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="To type into an app that cannot read the address.")
    otpauth_url = serializers.CharField(help_text="What the QR code says.")


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), help_text="Shown this once. Each is good once."
    )


class SecondStepEndpoint(GenericAPIView[User]):
    serializer_class = SecondStepSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = SCOPE

    @extend_schema(
        summary="Sign in: the second step",
        description="The token is good once, for 10 minutes and at most 5 tries. A wrong code "
        "answers 400 INVALID_CODE; a token that is over 401, and one signs in again.",
        responses=SignedInSerializer,
        examples=[SIGNED_IN],
    )
    @may_raise(InvalidCode, SecondStepOver, Locked)
    def post(self, request: Request) -> Response:
        given = _valid(self, request)
        user, tokens = second_factors.take_second_step(
            given["mfa_token"], code=given["code"], place=_place(request), at=now()
        )
        shown = {"access": tokens.access, "refresh": tokens.refresh, "user": user}
        return Response(SignedInSerializer(shown).data)


class ReauthenticationEndpoint(GenericAPIView[User]):
    """Signing in anew does the same; this keeps the tokens that one has."""

    serializer_class = ProofSerializer
    permission_classes = (OWN,)
    throttle_scope = SCOPE

    @extend_schema(
        summary="Prove once more who I am",
        description="After 403 REAUTHENTICATION_REQUIRED: with a code, or with the password where "
        "there is no second factor. Then repeat what was refused.",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="Proven.")},
        examples=[OpenApiExample("A code", request_only=True, value={"code": "492039"})],
    )
    @may_raise(InvalidCredentials, InvalidCode, ProofNeeded, Locked)
    def post(self, request: Request) -> Response:
        given = _valid(self, request)
        sign_in, place = current_sign_in(request), _place(request)
        if sign_in is None:
            raise NotSignedIn
        demand_provable(sign_in)
        if "code" in given:
            prove_by_code(sign_in, code=given["code"], place=place, at=now())
        else:
            email, password = sign_in.user.email, given["password"]
            person_with_password(request._request, email=email, password=password)  # noqa: SLF001
            prove_by_password(sign_in, place=place, at=now())
        return Response(status=HTTPStatus.NO_CONTENT)


class TotpEndpoint(GenericAPIView[User]):
    serializer_class = TotpSerializer
    permission_classes = (OWN,)

    @extend_schema(
        summary="Is an authenticator app set up?",
        examples=[
            OpenApiExample(
                "Set up",
                response_only=True,
                value={
                    "enabled": True,
                    "added_at": "2026-11-20T10:15:30Z",
                    "last_used_at": "2026-11-21T08:00:00Z",
                    "recovery_codes_left": 9,
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        user = user_in(request)
        app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        shown = {
            "enabled": app is not None,
            "added_at": app and app.created_at,
            "last_used_at": app and app.last_used_at,
            "recovery_codes_left": second_factors.codes_left(user) or 0,
        }
        return Response(TotpSerializer(shown).data)

    @extend_schema(
        summary="Begin to set up an authenticator app",
        description="Nothing is switched on before a first code is confirmed, within 30 minutes.",
        request=None,
        responses={HTTPStatus.CREATED: TotpSetupSerializer},
        examples=[
            OpenApiExample(
                "For the app",
                response_only=True,
                status_codes=["201"],
                value={
                    "secret": "JBSWY3DPEHPK3PXP",
                    "otpauth_url": "otpauth://totp/diya%40example.org?secret=JBSWY3DPEHPK3PXP"
                    "&issuer=ApraNova",
                },
            )
        ],
    )
    @may_raise(ProofNeeded, TotpThere)
    def post(self, request: Request) -> Response:
        demand_fresh(request)
        user = user_in(request)
        setup = second_factors.begin_totp(user, at=now())
        url = get_adapter().build_totp_url(user, setup.secret)
        shown = TotpSetupSerializer({"secret": setup.secret, "otpauth_url": url})
        return Response(shown.data, status=HTTPStatus.CREATED)

    @extend_schema(
        summary="Drop the authenticator app",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="Dropped.")},
    )
    @may_raise(ProofNeeded, Missing)
    def delete(self, request: Request) -> Response:
        demand_fresh(request)
        second_factors.drop_totp(user_in(request), caller=caller_of(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)


class TotpConfirmationEndpoint(GenericAPIView[User]):
    serializer_class = CodeSerializer
    permission_classes = (OWN,)

    @extend_schema(
        summary="Switch the authenticator app on",
        description="With the first second factor come recovery codes, shown this once; later "
        "the list is empty.",
        responses=RecoveryCodesSerializer,
        examples=[
            OpenApiExample("The code", request_only=True, value={"code": "492039"}),
            OpenApiExample(
                "Switched on", response_only=True, value={"recovery_codes": RECOVERY_CODES}
            ),
        ],
    )
    @may_raise(ProofNeeded, InvalidCode, NoTotpSetup, Locked)
    def post(self, request: Request) -> Response:
        code = _valid(self, request)["code"]
        demand_fresh(request)
        codes = second_factors.confirm_totp(
            user_in(request), code=code, place=_place(request), at=now()
        )
        return Response({"recovery_codes": codes})


class RecoveryCodesEndpoint(GenericAPIView[User]):
    serializer_class = RecoveryCodesSerializer
    permission_classes = (OWN,)

    @extend_schema(
        summary="Make new recovery codes",
        description="Those of before are worth nothing from then on.",
        request=None,
        responses={HTTPStatus.CREATED: RecoveryCodesSerializer},
        examples=[
            OpenApiExample(
                "New ones",
                response_only=True,
                status_codes=["201"],
                value={"recovery_codes": RECOVERY_CODES},
            )
        ],
    )
    @may_raise(ProofNeeded, NoSecondFactor)
    def post(self, request: Request) -> Response:
        demand_fresh(request)
        codes = second_factors.make_recovery_codes(
            user_in(request), caller=caller_of(request), at=now()
        )
        return Response({"recovery_codes": codes}, status=HTTPStatus.CREATED)


def _place(request: Request) -> Place:
    return Place(caller_of(request))


def _valid(view: GenericAPIView[Any], request: Request) -> dict[str, Any]:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
