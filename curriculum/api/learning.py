"""Being on a track, ticking steps off, and how far one is."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.fields import ByName
from core.api.idempotent import idempotent
from core.api.schema import may_raise
from core.clock import now
from core.policies import Allows
from curriculum.actions.enrollment import enroll
from curriculum.actions.steps import complete_step, reopen_step
from curriculum.api.standing import StandingSerializer, standing_of
from curriculum.errors import NotEnrolled, PaymentRequired, ProjectLocked, StepLocked
from curriculum.models import Enrollment, Project, Step, Track
from curriculum.progress import progress_on

ENROLLED = OpenApiExample(
    "On a track",
    response_only=True,
    value={"id": 5, "track": "FSD", "enrolled_at": "2026-11-20T10:15:30Z"},
)
STANDING = OpenApiExample(
    "A track under way",
    response_only=True,
    value={
        "track": "FSD",
        "name": "Full-Stack Developer",
        "percent": 17,
        "done": 12,
        "total": 70,
        "current_project": 12,
        "current_step": 107,
        "projects": [
            {
                "project": 12,
                "number": 2,
                "title": "A catalogue that answers",
                "status": "in_progress",
                "done": 4,
                "total": 7,
                "percent": 57,
                "waiting_for_review": 1,
                "due_on": "2026-12-04",
                "is_overdue": False,
            }
        ],
    },
)


class EnrollmentSerializer(serializers.ModelSerializer[Enrollment]):
    track = ByName(slug_field="code", queryset=Track.objects.none(), help_text="A track's code.")

    class Meta:
        model = Enrollment
        fields = ["id", "track", "enrolled_at"]
        read_only_fields = ["id", "enrolled_at"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["track"].queryset = Track.objects.visible_to(request.user)  # type: ignore[attr-defined]
        return fields


class TickSerializer(serializers.Serializer[Any]):
    """What is asked for; what is answered says how the project stands then."""

    project = serializers.PrimaryKeyRelatedField(queryset=Project.objects.none())
    step = serializers.PrimaryKeyRelatedField(
        queryset=Step.objects.living().select_related("project__track")
    )
    completed = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["project"].queryset = Project.objects.visible_to(request.user)  # type: ignore[attr-defined]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["step"].project_id != attrs["project"].pk:
            raise serializers.ValidationError({"step": [_("This step is of another project.")]})
        return attrs


class TickedSerializer(serializers.Serializer[Any]):
    project = serializers.IntegerField()
    step = serializers.IntegerField()
    completed = serializers.BooleanField()
    status = serializers.CharField(help_text="`locked`, `open`, `in_progress` or `complete`.")
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="Of the project.")
    track_percent = serializers.IntegerField()


class EnrollmentsEndpoint(GenericAPIView[Enrollment]):
    serializer_class = EnrollmentSerializer
    permission_classes = (Allows("curriculum.enroll"),)
    filter_backends = ()

    @extend_schema(
        summary="Go on a track",
        description="A free one, at once. Whoever is on it already gets 200.",
        responses={
            HTTPStatus.CREATED: EnrollmentSerializer,
            HTTPStatus.OK: OpenApiResponse(EnrollmentSerializer, description="As before."),
        },
        examples=[
            OpenApiExample("Full-stack", request_only=True, value={"track": "FSD"}),
            ENROLLED,
        ],
    )
    @may_raise(PaymentRequired)
    @idempotent
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user, track = user_in(request), serializer.validated_data["track"]
        self.check_object_permissions(request, track)
        enrollment, is_new = enroll(user, track=track, by=user, at=now())
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return Response(self.get_serializer(enrollment).data, status=status)


class ProgressEndpoint(GenericAPIView[Any]):
    serializer_class = TickSerializer
    permission_classes = (Allows("curriculum.tick_steps"),)
    filter_backends = ()

    @extend_schema(
        summary="Tick a step off, or take the tick back",
        description="Again changes nothing.",
        responses=TickedSerializer,
        examples=[
            OpenApiExample(
                "Done", request_only=True, value={"project": 12, "step": 106, "completed": True}
            ),
            OpenApiExample(
                "How it stands",
                response_only=True,
                value={
                    "project": 12,
                    "step": 106,
                    "completed": True,
                    "status": "in_progress",
                    "done": 4,
                    "total": 7,
                    "percent": 57,
                    "track_percent": 17,
                },
            ),
        ],
    )
    @may_raise(NotEnrolled, StepLocked, ProjectLocked)
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user, step = user_in(request), serializer.validated_data["step"]
        self.check_object_permissions(request, step.project)
        tick = complete_step if serializer.validated_data["completed"] else reopen_step
        here = tick(step, by=user, at=now())
        return Response(
            {
                "project": here.project,
                "step": step.pk,
                "completed": step.pk in here.done_steps,
                "status": here.status,
                "done": here.done,
                "total": here.total,
                "percent": here.percent,
                "track_percent": progress_on(step.project.track, user).percent,
            }
        )


class OwnProgressEndpoint(GenericAPIView[Any]):
    """Also at `/api/users/progress/`, where clients look for what belongs to a person."""

    serializer_class = StandingSerializer
    permission_classes = (Allows("curriculum.see_own_progress"),)
    filter_backends = ()

    @extend_schema(
        summary="How far one is, track by track",
        description="The main track first. Progress is derived, so it is the same everywhere.",
        responses=StandingSerializer(many=True),
        examples=[STANDING],
    )
    def get(self, request: Request) -> Response:
        tracks = standing_of(user_in(request), at=now())
        page = self.paginate_queryset(tracks)  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
