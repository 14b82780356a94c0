"""A copy of one's data, and closing one's account."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth import logout
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.leaving import close_account, start_export
from accounts.actions.second_factors import Place, has_second_factor, spend_code
from accounts.devices import known_device
from accounts.entrance import person_with_password, user_in
from accounts.errors import InvalidCode, InvalidCredentials, LastSuperadmin
from accounts.freshness import demand_fresh
from accounts.models import AccountClosing, User
from accounts.rules import PASSWORD_LENGTH
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Invalid, Locked, ProofNeeded
from core.jobs.api.answers import answer_job
from core.jobs.api.serializers import JobSerializer
from core.jobs.api.views import PREFER, UNDER_WAY
from core.jobs.errors import JobUnderWay
from core.jobs.models import Job
from core.policies import Allows

CODE_LENGTH = 32


class FarewellSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(
        max_length=PASSWORD_LENGTH,
        required=False,
        trim_whitespace=False,
        help_text="Enough for whoever has no second factor.",
    )
    code = serializers.CharField(
        max_length=CODE_LENGTH, required=False, help_text="Of the app, or a recovery code."
    )


class ClosingSerializer(serializers.ModelSerializer[AccountClosing]):
    erased_on = serializers.DateTimeField(
        source="due_at",
        help_text="From then on there is no way back; signing in before calls it off.",
    )

    class Meta:
        model = AccountClosing
        fields = ["asked_at", "erased_on"]


CLOSING = OpenApiExample(
    "Closed",
    response_only=True,
    status_codes=["202"],
    value={"asked_at": "2026-11-20T10:15:30Z", "erased_on": "2026-12-04T10:15:30Z"},
)


class ExportEndpoint(GenericAPIView[Job]):
    serializer_class = JobSerializer
    permission_classes = (Allows("accounts.take_own_data"),)
    throttle_scope = "exports"

    @extend_schema(
        operation_id="users_account_export",
        summary="A copy of all my data",
        description="A job; its `result` names the file, a ZIP of JSON and files, which only its "
        "owner can read, for 7 days. A mail says when it is ready. Needs a fresh sign-in.",
        request=None,
        parameters=[PREFER],
        responses={HTTPStatus.ACCEPTED: JobSerializer},
        examples=[UNDER_WAY],
    )
    @may_raise(ProofNeeded, JobUnderWay)
    def post(self, request: Request) -> Response:
        demand_fresh(request)
        job = start_export(user_in(request), caller=caller_of(request), at=now())
        return answer_job(request, job, finished=_as_it_is)


class AccountEndpoint(GenericAPIView[User]):
    serializer_class = FarewellSerializer
    permission_classes = (Allows("accounts.close_own_account"),)

    @extend_schema(
        summary="Close my account",
        description="With the password, a code, or a fresh sign-in. Every sign-in ends at once; "
        "after 14 days all personal data are erased. Signing in before that calls it off.",
        request=FarewellSerializer,
        responses={HTTPStatus.ACCEPTED: ClosingSerializer},
        examples=[CLOSING],
    )
    @may_raise(InvalidCode, ProofNeeded, LastSuperadmin, Locked)
    def delete(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = user_in(request)
        _demand_proof(request, user, **given.validated_data)
        closing = close_account(user, caller=caller_of(request), at=now())
        logout(request)
        return Response(ClosingSerializer(closing).data, status=HTTPStatus.ACCEPTED)


def _demand_proof(
    request: Request, user: User, *, password: str | None = None, code: str | None = None
) -> None:
    if code is not None:
        place = Place(caller_of(request), known_device(request._request, user.email))  # noqa: SLF001
        spend_code(user, code=code, place=place, at=now())
    elif password is not None:
        _demand_password(request, user, password)
    else:
        demand_fresh(request)


def _demand_password(request: Request, user: User, password: str) -> None:
    """By the one door for passwords, with its brake. Not enough where there is a second factor."""
    try:
        person_with_password(request._request, email=user.email, password=password)  # noqa: SLF001
    except InvalidCredentials as error:
        raise Invalid(password=[str(error.message)]) from None
    if has_second_factor(user):
        raise ProofNeeded


def _as_it_is(job: Job) -> Response:
    return Response(JobSerializer(job).data)
