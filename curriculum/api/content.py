"""Tracks, projects and steps: outlines for everyone, what steps ask for whoever is signed in."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.conditional import conditional
from core.api.filters import Ordering
from core.api.schema import may_raise
from core.errors import Missing
from core.policies import Allows
from curriculum import policies  # noqa: F401  (declares what is asked for below)
from curriculum.models import Deliverable, Project, Step, Track
from curriculum.progress import progress_on

PROJECT = {
    "id": 11,
    "number": 1,
    "title": "A page for the shed",
    "type": "INTERNAL",
    "tech_stack": ["HTML", "CSS", "Git"],
    "steps_count": 5,
}
TRACK = {
    "code": "FSD",
    "name": "Full-Stack Developer",
    "description": "For those who want to build what others rely on.",
    "duration_weeks": 12,
    "is_free": True,
    "projects": [PROJECT],
}
DELIVERABLE = {
    "id": 31,
    "title": "The page as a ZIP",
    "kind": "file",
    "required": True,
    "about": "All files of the page, with no folder around them.",
    "rubric": [{"key": "structure", "criterion": "The markup says what things are", "points": 10}],
}
STEP = {
    "id": 101,
    "number": 1,
    "title": "Sketch the page",
    "description": "Take a sheet of paper …",
    "done_when": "somebody else can tell what is where.",
    "required": True,
    "completed": False,
    "locked": False,
}


class CriterionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    criterion = serializers.CharField()
    points = serializers.IntegerField(help_text="At most.")
    about = serializers.CharField(required=False)


class DeliverableSerializer(serializers.ModelSerializer[Deliverable]):
    required = serializers.BooleanField(  # type: ignore[assignment]
        source="is_required", read_only=True
    )
    rubric = CriterionSerializer(many=True, read_only=True)

    class Meta:
        model = Deliverable
        fields = ["id", "title", "kind", "required", "about", "rubric"]


class ProjectSerializer(serializers.ModelSerializer[Project]):
    steps_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Project
        fields = ["id", "number", "title", "type", "tech_stack", "steps_count"]


class ListedProjectSerializer(ProjectSerializer):
    track = serializers.SlugRelatedField[Track](slug_field="code", read_only=True)

    class Meta(ProjectSerializer.Meta):
        fields = [*ProjectSerializer.Meta.fields, "track", "summary", "hours"]


class WholeProjectSerializer(ListedProjectSerializer):
    goals = serializers.ListField(child=serializers.CharField(), read_only=True)
    deliverables = DeliverableSerializer(many=True, read_only=True, source="living_deliverables")

    class Meta(ListedProjectSerializer.Meta):
        fields = [*ListedProjectSerializer.Meta.fields, "brief", "goals", "deliverables"]


class TrackSerializer(serializers.ModelSerializer[Track]):
    projects = ProjectSerializer(many=True, read_only=True)

    class Meta:
        model = Track
        fields = ["code", "name", "description", "duration_weeks", "is_free", "projects"]


class StepSerializer(serializers.ModelSerializer[Step]):
    required = serializers.BooleanField(  # type: ignore[assignment]
        source="is_required", read_only=True
    )
    completed = serializers.SerializerMethodField()
    locked = serializers.SerializerMethodField(
        help_text="An earlier required step is open, or the project is."
    )

    class Meta:
        model = Step
        fields = [
            *("id", "number", "title", "description", "done_when"),
            *("required", "completed", "locked"),
        ]

    def get_completed(self, step: Step) -> bool:
        return step.pk in self.context["done"]

    def get_locked(self, step: Step) -> bool:
        return step.pk in self.context["locked"]


class ProjectFilter(FilterSet):
    track = django_filters.CharFilter(
        field_name="track__code", lookup_expr="iexact", max_length=12, help_text="A track's code."
    )
    type = django_filters.ChoiceFilter(choices=Project._meta.get_field("type").choices)


class TracksEndpoint(ListModelMixin, GenericAPIView[Track]):
    serializer_class = TrackSerializer
    permission_classes = (Allows("curriculum.view_tracks"),)
    filter_backends = (SearchFilter, Ordering)
    search_fields = ("code", "name", "pitch")
    ordering_fields = ("code", "name")
    ordering = ("position", "code")
    public_reads = True

    def get_queryset(self) -> QuerySet[Track]:
        return Track.objects.visible_to(self.request.user).with_outline()

    @extend_schema(
        summary="Tracks with their projects",
        examples=[OpenApiExample("A track", response_only=True, value=TRACK)],
    )
    @conditional
    def get(self, request: Request) -> Response:
        return self.list(request)


class TrackEndpoint(GenericAPIView[Track]):
    serializer_class = TrackSerializer
    permission_classes = (Allows("curriculum.view_tracks"),)
    filter_backends = ()
    public_reads = True

    def get_queryset(self) -> QuerySet[Track]:
        return Track.objects.visible_to(self.request.user).with_outline()

    @extend_schema(
        summary="One track",
        examples=[OpenApiExample("A track", response_only=True, value=TRACK)],
    )
    @may_raise(Missing)
    @conditional
    def get(self, request: Request, code: str) -> Response:
        track = get_object_or_404(self.get_queryset(), code=code.upper())
        return Response(self.get_serializer(track).data)


class ProjectsEndpoint(ListModelMixin, GenericAPIView[Project]):
    serializer_class = ListedProjectSerializer
    permission_classes = (Allows("curriculum.view_tracks"),)
    filter_backends = (DjangoFilterBackend, SearchFilter, Ordering)
    filterset_class = ProjectFilter
    search_fields = ("title", "summary")
    ordering_fields = ("number", "title", "hours")
    ordering = ("track__position", "number")
    public_reads = True

    def get_queryset(self) -> QuerySet[Project]:
        visible = Project.objects.visible_to(self.request.user)
        return visible.select_related("track").with_counts()

    @extend_schema(
        summary="Projects",
        examples=[
            OpenApiExample(
                "A project",
                response_only=True,
                value={
                    **PROJECT,
                    "track": "FSD",
                    "summary": "A page that says who one is.",
                    "hours": 14,
                },
            )
        ],
    )
    @conditional
    def get(self, request: Request) -> Response:
        return self.list(request)


class ProjectEndpoint(GenericAPIView[Project]):
    serializer_class = WholeProjectSerializer
    permission_classes = (Allows("curriculum.view_tracks"),)
    filter_backends = ()
    public_reads = True

    def get_queryset(self) -> QuerySet[Project]:
        visible = Project.objects.visible_to(self.request.user).select_related("track")
        living = Deliverable.objects.living().order_by("number")
        return visible.with_counts().prefetch_related(
            Prefetch("deliverables", living, to_attr="living_deliverables")
        )

    @extend_schema(
        summary="One project with its deliverables",
        examples=[
            OpenApiExample(
                "A project",
                response_only=True,
                value={
                    **PROJECT,
                    "track": "FSD",
                    "summary": "A page that says who one is.",
                    "hours": 14,
                    "brief": "Somebody has a bicycle shed …",
                    "goals": ["Say by markup what things are"],
                    "deliverables": [DELIVERABLE],
                },
            )
        ],
    )
    @may_raise(Missing)
    @conditional
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class StepsEndpoint(ListModelMixin, GenericAPIView[Step]):
    serializer_class = StepSerializer
    permission_classes = (Allows("curriculum.read_steps"),)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Step]:
        if getattr(self, "swagger_fake_view", False):
            return Step.objects.none()
        return Step.objects.living().filter(project=self._project()).order_by("number")

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        if getattr(self, "swagger_fake_view", False):
            return context
        return {**context, **_standing(self._project(), self.request)}

    @extend_schema(
        summary="The steps of a project, and how far one is",
        examples=[OpenApiExample("A step", response_only=True, value=STEP)],
    )
    @may_raise(Missing)
    @conditional
    def get(self, request: Request, pk: int) -> Response:
        return self.list(request)

    def _project(self) -> Project:
        if not hasattr(self, "project"):
            visible = Project.objects.visible_to(self.request.user).select_related("track")
            self.project = get_object_or_404(visible, pk=self.kwargs["pk"])
        return self.project


def _standing(project: Project, request: Request) -> Mapping[str, Any]:
    here = progress_on(project.track, user_in(request)).of(project.pk)
    if here is None:
        raise Missing
    return {"done": here.done_steps, "locked": here.locked_steps}
