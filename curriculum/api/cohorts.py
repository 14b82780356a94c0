"""Cohorts: who runs a track together, and what is due when."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from accounts.models import User
from core.api.fields import ByName
from core.api.filters import Ordering
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Missing
from core.policies import reading_or_writing
from curriculum.actions.cohorts import (
    close_cohort,
    edit_cohort,
    join_cohort,
    leave_cohort,
    make_cohort,
    set_due_dates,
)
from curriculum.errors import InAnotherCohort
from curriculum.models import Cohort, CohortMember, DueDate, Project, Track
from curriculum.rules import due_on

MOST_MEMBERS = 500
COHORT = {
    "id": 3,
    "name": "Full stack, autumn",
    "track": "FSD",
    "starts_on": "2026-10-19",
    "time_zone": "Asia/Kolkata",
    "trainers": [3],
    "members": [7, 8],
    "due_dates": [
        {"project": 11, "due_on": "2026-10-25", "is_own": False},
        {"project": 12, "due_on": "2026-11-06", "is_own": True},
    ],
    "closed_at": None,
}
A_COHORT = OpenApiExample("A cohort", response_only=True, value=COHORT)
NEW_COHORT = OpenApiExample(
    "A new one",
    request_only=True,
    value={
        "name": "Full stack, spring",
        "track": "FSD",
        "starts_on": "2027-02-01",
        "time_zone": "Asia/Kolkata",
        "trainers": [3],
        "members": [7, 8],
        "due_dates": [{"project": 12, "due_on": "2027-02-20"}],
    },
)


class DueDateSerializer(serializers.Serializer[Any]):
    project = serializers.PrimaryKeyRelatedField(
        queryset=Project.objects.all(), pk_field=serializers.IntegerField()
    )
    due_on = serializers.DateField(
        allow_null=True, help_text="Null gives a project back to the week of its track."
    )
    is_own = serializers.BooleanField(
        read_only=True, help_text="Set for this cohort, and not by the week."
    )


class CohortSerializer(serializers.ModelSerializer[Cohort]):
    track = ByName(slug_field="code", queryset=Track.objects.all())
    trainers = serializers.PrimaryKeyRelatedField(
        many=True, queryset=User.objects.trainers(), required=False
    )
    members = serializers.PrimaryKeyRelatedField(
        many=True,
        queryset=User.objects.students(),
        required=False,
        write_only=True,
        help_text="All of them: whoever is missing leaves.",
    )
    due_dates = DueDateSerializer(many=True, required=False, write_only=True)

    class Meta:
        model = Cohort
        fields = [
            *("id", "name", "track", "starts_on", "time_zone"),
            *("trainers", "members", "due_dates", "closed_at"),
        ]
        read_only_fields = ["id", "closed_at"]
        # The action says it in words of ours, and holds it against the one who comes second.
        validators: list[Any] = []

    def validate_members(self, members: list[User]) -> list[User]:
        if len(members) > MOST_MEMBERS:
            self.fail("max_length")
        return members

    def to_representation(self, cohort: Cohort) -> dict[str, Any]:
        shown = super().to_representation(cohort)
        shown["members"] = [member.student_id for member in cohort.present_members]  # type: ignore[attr-defined]
        shown["due_dates"] = _due_dates(cohort)
        closed_at = shown.pop("closed_at")
        return {**shown, "closed_at": closed_at}


class ShownCohortSerializer(CohortSerializer):
    """For the schema: what is answered."""

    members = serializers.ListField(child=serializers.IntegerField())  # type: ignore[assignment]
    due_dates = DueDateSerializer(many=True)


class CohortFilter(FilterSet):
    track = django_filters.CharFilter(field_name="track__code", lookup_expr="iexact", max_length=12)


class _Cohorts(GenericAPIView[Cohort]):
    serializer_class = CohortSerializer

    def get_permissions(self) -> list[Any]:
        return reading_or_writing(
            self.request, "curriculum.view_cohorts", "curriculum.manage_cohorts"
        )

    def get_queryset(self) -> QuerySet[Cohort]:
        if getattr(self, "swagger_fake_view", False):
            return Cohort.objects.none()
        return _with_all(Cohort.objects.visible_to(self.request.user))

    def shown(self, cohort: Cohort) -> Any:
        fresh = _with_all(Cohort.objects.filter(pk=cohort.pk)).get()
        return self.get_serializer(fresh).data


class CohortsEndpoint(ListModelMixin, _Cohorts):
    filter_backends = (DjangoFilterBackend, SearchFilter, Ordering)
    filterset_class = CohortFilter
    search_fields = ("name",)
    ordering_fields = ("starts_on", "name")
    ordering = ("-starts_on",)

    @extend_schema(
        summary="Cohorts",
        description="All for staff, for trainers those that they lead.",
        responses=ShownCohortSerializer(many=True),
        examples=[A_COHORT],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Make a cohort",
        responses={HTTPStatus.CREATED: ShownCohortSerializer},
        examples=[NEW_COHORT, A_COHORT],
    )
    @may_raise(InAnotherCohort)
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given, by, at = serializer.validated_data, user_in(request), now()
        with transaction.atomic():
            cohort = make_cohort(
                name=given["name"],
                track=given["track"],
                starts_on=given["starts_on"],
                time_zone=given.get("time_zone", "UTC"),
                trainers=given.get("trainers", []),
                by=by,
                at=at,
            )
            _settle(cohort, given, by=by, at=at)
        return Response(self.shown(cohort), status=HTTPStatus.CREATED)


class CohortEndpoint(_Cohorts):
    filter_backends = ()

    @extend_schema(summary="One cohort", responses=ShownCohortSerializer, examples=[A_COHORT])
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Change a cohort",
        description="It stays on its track. Members and due dates change where they are given.",
        responses=ShownCohortSerializer,
        examples=[NEW_COHORT, A_COHORT],
    )
    @may_raise(Missing, InAnotherCohort)
    def put(self, request: Request, pk: int) -> Response:
        cohort = self.get_object()
        serializer = self.get_serializer(cohort, data=request.data)
        serializer.is_valid(raise_exception=True)
        given, by, at = serializer.validated_data, user_in(request), now()
        with transaction.atomic():
            edit_cohort(
                cohort,
                name=given["name"],
                starts_on=given["starts_on"],
                time_zone=given.get("time_zone", cohort.time_zone),
                trainers=given.get("trainers", list(cohort.trainers.all())),
                by=by,
                at=at,
            )
            _settle(cohort, given, by=by, at=at)
        return Response(self.shown(cohort))

    @extend_schema(
        summary="Close a cohort",
        description="Its due dates and the access that it gave end; work and progress stay.",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="It is closed.")},
    )
    @may_raise(Missing)
    def delete(self, request: Request, pk: int) -> Response:
        cohort = self.get_object()
        close_cohort(cohort, by=user_in(request), caller=caller_of(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)


def _with_all(cohorts: Any) -> Any:
    present = CohortMember.objects.filter(left_at=None).order_by("joined_at", "pk")
    projects = Project.objects.order_by("number")
    return cohorts.select_related("track").prefetch_related(
        "trainers",
        Prefetch("members", present, to_attr="present_members"),
        Prefetch("due_dates", DueDate.objects.all(), to_attr="own_due_dates"),
        Prefetch("track__projects", projects, to_attr="ordered_projects"),
    )


@extend_schema_field(DueDateSerializer(many=True))
def _due_dates(cohort: Any) -> list[dict[str, Any]]:
    own = {each.project_id: each.due_on for each in cohort.own_due_dates}
    return [
        {
            "project": project.pk,
            "due_on": _day(own.get(project.pk) or due_on(cohort.starts_on, project.due_week)),
            "is_own": project.pk in own,
        }
        for project in cohort.track.ordered_projects
    ]


def _day(day: date) -> str:
    return day.isoformat()


def _settle(cohort: Cohort, given: dict[str, Any], *, by: User, at: datetime) -> None:
    if "members" in given:
        wanted = {student.pk: student for student in given["members"]}
        present = cohort.members.filter(left_at=None).select_related("student")
        for member in present:
            if wanted.pop(member.student_id, None) is None:
                leave_cohort(member, by=by, at=at)
        for student in wanted.values():
            join_cohort(cohort, student=student, by=by, at=at)
    if "due_dates" in given:
        days = {each["project"]: each["due_on"] for each in given["due_dates"]}
        set_due_dates(cohort, days=days, by=by, at=at)
