"""People as staff and trainers see them, and which trainer looks after which student."""

from http import HTTPStatus
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.people import delete_user, edit_profile
from accounts.actions.trainers import (
    assign_trainer,
    assign_trainer_with_most_room,
    unassign_trainer,
)
from accounts.api.escalation import note_escalation
from accounts.api.profile import DIYA
from accounts.api.serializers import AvatarField, NotificationsField, ProfileSerializer
from accounts.entrance import user_in
from accounts.errors import LastSuperadmin, NoTrainerForTrack, TrainerFull
from accounts.freshness import demand_fresh
from accounts.models import User
from accounts.roles import Role
from core.api.filters import Ordering
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Missing, ProofNeeded
from core.keys import is_key
from core.policies import Allows, can, demand

AUTO = "auto"
NOBODY = "none"

PERSON = {
    **DIYA,
    "tracks": [],
    "is_active": True,
    "joined_at": "2026-11-20T10:15:30Z",
    "assigned_trainer": {"id": 3, "name": "Ananya Iyer"},
}
A_STUDENT = OpenApiExample("A student", response_only=True, value=PERSON)
NEW_NAME = OpenApiExample("Another name", request_only=True, value={"name": "Diya P."})


class NamedSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "name"]


class PersonSerializer(ProfileSerializer):
    """A profile with what those who look after somebody need to know besides."""

    avatar = AvatarField(read_only=True, help_text="Its address; null without a picture.")
    notifications = NotificationsField(
        source="notification_choices", read_only=True, help_text="Chosen by nobody but themselves."
    )
    assigned_trainer = NamedSerializer(
        read_only=True, allow_null=True, help_text="Who looks after this student."
    )

    class Meta(ProfileSerializer.Meta):
        fields = [
            *ProfileSerializer.Meta.fields,
            "tracks",
            "is_active",
            "joined_at",
            "assigned_trainer",
        ]
        read_only_fields = [*ProfileSerializer.Meta.read_only_fields, "is_active", "joined_at"]

    def validate_tracks(self, codes: list[str]) -> list[str]:
        if codes and self.instance and self.instance.role != Role.TRAINER:
            raise serializers.ValidationError(_("Only trainers teach tracks."))
        return sorted({self.validate_track(code) for code in codes})


class TrainerSerializer(serializers.ModelSerializer[User]):
    students_count = serializers.IntegerField(read_only=True)
    free_places = serializers.IntegerField(read_only=True)

    class Meta:
        model = User
        fields = ["id", "name", "email", "tracks", "students_count", "free_places"]


@extend_schema_field(
    {
        "oneOf": [{"type": "integer"}, {"type": "string", "enum": [AUTO]}],
        "nullable": True,
        "description": "A trainer's id; `auto` for the one of the student's track with most room; "
        "null for nobody.",
    }
)
class TrainerField(serializers.PrimaryKeyRelatedField[User]):
    def run_validation(self, data: Any = empty) -> Any:
        """Nobody is said by null alone: DRF takes an empty text for it."""
        if data == "":
            self.fail("incorrect_type", data_type="str")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        return AUTO if data == AUTO else super().to_internal_value(data)


class AssignmentSerializer(serializers.Serializer[Any]):
    student = serializers.PrimaryKeyRelatedField(queryset=User.objects.students())
    trainer = TrainerField(queryset=User.objects.trainers(), allow_null=True)


class YesOrNoField(forms.Field):
    """Django's own takes what it does not know for no answer."""

    def to_python(self, value: Any) -> bool | None:
        if not value:
            return None
        try:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        except KeyError:
            raise ValidationError(_("Say true or false.")) from None


@extend_schema_field(OpenApiTypes.BOOL)
class YesOrNo(django_filters.Filter):
    field_class = YesOrNoField


class PeopleFilter(FilterSet):
    role = django_filters.ChoiceFilter(choices=Role)
    track = django_filters.CharFilter(max_length=12)
    trainer = django_filters.CharFilter(
        method="of_trainer",
        help_text=f"A trainer's id, or `{NOBODY}` for students without a trainer.",
    )
    active = YesOrNo(field_name="is_active")

    def of_trainer(self, people: Any, name: str, value: str) -> Any:
        if value == NOBODY:
            return people.without_trainer()
        if is_key(value):
            return people.looked_after_by(int(value))
        raise serializers.ValidationError(
            {name: [_("Give a trainer's id, or none for students without a trainer.")]}
        )


class TrainersFilter(FilterSet):
    track = django_filters.CharFilter(method="who_teach", max_length=12)

    def who_teach(self, trainers: Any, name: str, value: str) -> Any:
        return trainers.teaching(value)


class PeopleSearch(SearchFilter):
    search_description = "Words by which a name or an address, or a part of them, begins."

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        terms = self.get_search_terms(request)
        return queryset.matching(" ".join(terms)) if terms else queryset


class PeopleEndpoint(ListModelMixin, GenericAPIView[User]):
    serializer_class = PersonSerializer
    permission_classes = (Allows("accounts.list_users"),)
    filter_backends = (DjangoFilterBackend, PeopleSearch, Ordering)
    filterset_class = PeopleFilter
    ordering_fields = ("name", "email", "joined_at")
    ordering = ("name",)
    api_scope = "users:read"

    def get_queryset(self) -> QuerySet[User]:
        if getattr(self, "swagger_fake_view", False):
            return User.objects.none()
        user = user_in(self.request)
        people = User.objects.visible_to(user).with_trainer()
        if can(user, "accounts.view_everybody"):
            return people
        return people.exclude(pk=user.pk)

    @extend_schema(
        summary="People",
        description="Staff find everybody here, trainers the students assigned to them.",
        examples=[A_STUDENT],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)


class PersonEndpoint(GenericAPIView[User]):
    """Whom one may not see is not there: 404. Whom one sees but may not change: 403."""

    serializer_class = PersonSerializer
    filter_backends = ()
    api_scope = "users:read"

    def get_permissions(self) -> list[Any]:
        method = self.request.method or ""
        if method in SAFE_METHODS:
            return [Allows("accounts.view_user")]
        return [Allows("accounts.delete_user" if method == "DELETE" else "accounts.edit_user")]

    def get_queryset(self) -> QuerySet[User]:
        if getattr(self, "swagger_fake_view", False):
            return User.objects.none()
        return User.objects.visible_to(self.request.user).with_trainer()

    @extend_schema(summary="One person", examples=[A_STUDENT])
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Replace somebody's profile",
        description="Role, address and activity are not changed here: that is done in the admin.",
        examples=[A_STUDENT, NEW_NAME],
    )
    @may_raise(Missing)
    def put(self, request: Request, pk: int) -> Response:
        return self._edit(request, partial=False)

    @extend_schema(
        summary="Change parts of somebody's profile",
        description="Role, address and activity are not changed here: that is done in the admin.",
        examples=[A_STUDENT, NEW_NAME],
    )
    @may_raise(Missing)
    def patch(self, request: Request, pk: int) -> Response:
        return self._edit(request, partial=True)

    @extend_schema(
        summary="Delete somebody's account",
        description="For superadmins. What they did stays, as by a former member.",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="The account is gone.")},
    )
    @may_raise(Missing, ProofNeeded, LastSuperadmin)
    def delete(self, request: Request, pk: int) -> Response:
        person = self.get_object()
        demand_fresh(request)
        delete_user(person, by=user_in(request), caller=caller_of(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)

    def _edit(self, request: Request, *, partial: bool) -> Response:
        person, user = self.get_object(), user_in(request)
        serializer = self.get_serializer(person, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        changes = serializer.validated_data
        # Codes to come in by are sent there, so it counts as access.
        if person != user and changes.get("phone", person.phone) != person.phone:
            demand(user, "accounts.change_access", person)
        note_escalation(request, person)
        edit_profile(person, changes=changes, by=user, caller=caller_of(request), at=now())
        return Response(self.get_serializer(person).data)


class TrainersEndpoint(ListModelMixin, GenericAPIView[User]):
    serializer_class = TrainerSerializer
    permission_classes = (Allows("accounts.assign_trainer"),)
    filter_backends = (DjangoFilterBackend, PeopleSearch, Ordering)
    filterset_class = TrainersFilter
    queryset = User.objects.trainers().active().with_places()
    ordering_fields = ("name", "students_count", "free_places")
    ordering = ("name",)

    @extend_schema(
        summary="Trainers and their places",
        examples=[
            OpenApiExample(
                "A trainer",
                response_only=True,
                value={
                    "id": 3,
                    "name": "Ananya Iyer",
                    "email": "ananya@example.org",
                    "tracks": ["DP", "FSD"],
                    "students_count": 12,
                    "free_places": 8,
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)


class AssignTrainerEndpoint(GenericAPIView[User]):
    serializer_class = AssignmentSerializer
    permission_classes = (Allows("accounts.assign_trainer"),)

    @extend_schema(
        summary="Say which trainer looks after a student",
        description="Whoever had another trainer moves. `auto` takes the trainer of the student's "
        "track with most room; null leaves the student without one.",
        responses=PersonSerializer,
        examples=[
            OpenApiExample("A trainer", request_only=True, value={"student": 7, "trainer": 3}),
            OpenApiExample(
                "Whoever has room", request_only=True, value={"student": 7, "trainer": AUTO}
            ),
            OpenApiExample("Nobody", request_only=True, value={"student": 7, "trainer": None}),
            A_STUDENT,
        ],
    )
    @may_raise(TrainerFull, NoTrainerForTrack)
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        student = serializer.validated_data["student"]
        trainer = serializer.validated_data["trainer"]
        who: dict[str, Any] = {"by": user_in(request), "caller": caller_of(request), "at": now()}
        if trainer is None:
            unassign_trainer(student, **who)
        elif trainer == AUTO:
            assign_trainer_with_most_room(student, **who)
        else:
            assign_trainer(student, trainer=trainer, **who)
        return Response(PersonSerializer(student, context=self.get_serializer_context()).data)
