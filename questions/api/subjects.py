"""What questions are about."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.conditional import conditional
from core.api.filters import Ordering
from core.api.schema import may_raise
from core.errors import Missing
from core.policies import Allows
from questions.models import Chapter, Subject

SUBJECT = {
    "id": 2,
    "code": "sql",
    "name": "SQL",
    "description": "Asking questions of tables.",
    "tracks": ["DP", "FSD"],
    "questions_count": 23,
}
CHAPTER = {"id": 9, "name": "Joins", "position": 2, "weight": 25}


class SubjectSerializer(serializers.ModelSerializer[Subject]):
    questions_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Subject
        fields = ["id", "code", "name", "description", "tracks", "questions_count"]


class ChapterSerializer(serializers.ModelSerializer[Chapter]):
    class Meta:
        model = Chapter
        fields = ["id", "name", "position", "weight"]


class SubjectsEndpoint(ListModelMixin, GenericAPIView[Subject]):
    serializer_class = SubjectSerializer
    permission_classes = (Allows("questions.view_subjects"),)
    filter_backends = (SearchFilter, Ordering)
    search_fields = ("name", "code")
    ordering_fields = ("name", "position")
    ordering = ("position", "name")

    def get_queryset(self) -> QuerySet[Subject]:
        return Subject.objects.with_counts()

    @extend_schema(
        summary="Subjects",
        examples=[OpenApiExample("A subject", response_only=True, value=SUBJECT)],
    )
    @conditional
    def get(self, request: Request) -> Response:
        return self.list(request)


class SubjectEndpoint(GenericAPIView[Subject]):
    serializer_class = SubjectSerializer
    permission_classes = (Allows("questions.view_subjects"),)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Subject]:
        return Subject.objects.with_counts()

    @extend_schema(
        summary="One subject",
        examples=[OpenApiExample("A subject", response_only=True, value=SUBJECT)],
    )
    @may_raise(Missing)
    @conditional
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class ChaptersEndpoint(ListModelMixin, GenericAPIView[Chapter]):
    serializer_class = ChapterSerializer
    permission_classes = (Allows("questions.view_subjects"),)
    filter_backends = (Ordering,)
    ordering_fields = ("position", "name")
    ordering = ("position", "name")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Chapter.objects.none()
        subject = get_object_or_404(Subject, pk=self.kwargs["pk"])
        return Chapter.objects.filter(subject=subject)

    @extend_schema(
        summary="The chapters of a subject",
        examples=[OpenApiExample("A chapter", response_only=True, value=CHAPTER)],
    )
    @may_raise(Missing)
    @conditional
    def get(self, request: Request, pk: int) -> Response:
        return self.list(request)
