"""The bank itself, for those who teach."""

from http import HTTPStatus
from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.filters import Ordering
from core.api.schema import may_raise
from core.clock import new_seed, now
from core.errors import Missing
from core.policies import Allows, reading_or_writing
from questions.actions.editing import edit_question
from questions.actions.saving import add_question, delete_question
from questions.api.serializers import QUESTION, BankQuestionSerializer, facts_of
from questions.api.shapes import outline_from, staff_shape
from questions.errors import EditedMeanwhile, InUse
from questions.models import Difficulty, Question, QuestionStatus, QuestionVersion
from questions.models.bank import QuestionType

A_QUESTION = OpenApiExample("A question", response_only=True, value=QUESTION)
WRITTEN = OpenApiExample(
    "A question",
    request_only=True,
    value={
        "question_text": "Which join keeps every row of the left table?",
        "question_type": "SINGLE",
        "answers": [
            {"answer_text": "LEFT JOIN", "is_correct": True},
            {"answer_text": "INNER JOIN", "is_correct": False},
        ],
        "explanation": "What has no partner comes with NULLs.",
        "subject": "sql",
        "difficulty": "easy",
    },
)


class QuestionFilter(FilterSet):
    subject = django_filters.CharFilter(field_name="subject__code", max_length=40)
    chapter = django_filters.NumberFilter(field_name="chapter", min_value=1)
    status = django_filters.ChoiceFilter(choices=QuestionStatus)
    owner = django_filters.NumberFilter(field_name="owner", min_value=1)
    question_type = django_filters.ChoiceFilter(choices=QuestionType.choices, method="whose_newest")
    difficulty = django_filters.ChoiceFilter(choices=Difficulty, method="whose_newest")
    tag = django_filters.CharFilter(method="with_tag", max_length=40)

    def whose_newest(self, questions: Any, name: str, value: str) -> Any:
        column = {"question_type": "type", "difficulty": "difficulty"}[name]
        newest = QuestionVersion.objects.newest().filter(**{column: value})
        return questions.filter(pk__in=newest.values("question"))

    def with_tag(self, questions: Any, name: str, value: str) -> Any:
        newest = QuestionVersion.objects.newest().filter(tags__contains=[value.lower()])
        return questions.filter(pk__in=newest.values("question"))


class QuestionSearch(SearchFilter):
    """In the words of the newest version."""

    search_description = "Words of the question."

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        terms = self.get_search_terms(request)
        if not terms:
            return queryset
        newest = QuestionVersion.objects.newest()
        for term in terms:
            newest = newest.filter(text__icontains=term)
        return queryset.filter(pk__in=newest.values("question"))


class _Questions(GenericAPIView[Question]):
    serializer_class = BankQuestionSerializer

    def get_permissions(self) -> list[Any]:
        return reading_or_writing(self.request, "questions.view_bank", "questions.edit")

    def get_queryset(self) -> QuerySet[Question]:
        if getattr(self, "swagger_fake_view", False):
            return Question.objects.none()
        return Question.objects.visible_to(self.request.user).with_newest()

    def shown(self, question: Question) -> dict[str, Any]:
        fresh = Question.objects.with_newest().get(pk=question.pk)
        return staff_shape(fresh, fresh.newest_versions[0])


class QuestionsEndpoint(_Questions):
    filter_backends = (DjangoFilterBackend, QuestionSearch, Ordering)
    filterset_class = QuestionFilter
    ordering_fields = ("created_at", "edited_at")
    ordering = ("-edited_at",)

    @extend_schema(
        summary="The question bank",
        description="For those who teach: their own questions and what is shared, with keys.",
        responses=BankQuestionSerializer(many=True),
        examples=[A_QUESTION],
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(
            [staff_shape(question, question.newest_versions[0]) for question in page]
        )

    @extend_schema(
        summary="Write a question",
        responses={HTTPStatus.CREATED: BankQuestionSerializer},
        examples=[WRITTEN, A_QUESTION],
    )
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        question = add_question(
            outline=outline_from(given),
            facts=facts_of(given),
            owner=user_in(request),
            **_placing(given),
            at=now(),
            seed=new_seed(),
        )
        return Response(self.shown(question), status=HTTPStatus.CREATED)


class QuestionEndpoint(_Questions):
    filter_backends = ()

    @extend_schema(summary="One question with its key", examples=[A_QUESTION])
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        question: Any = self.get_object()
        return Response(staff_shape(question, question.newest_versions[0]))

    @extend_schema(
        summary="Write a question anew",
        description="Makes another version, unless it says the same. Attempts keep what they saw. "
        "`version` is the one that the change is based on: 409 where there is a newer one.",
        examples=[WRITTEN, A_QUESTION],
    )
    @may_raise(Missing, EditedMeanwhile)
    def put(self, request: Request, pk: int) -> Response:
        question: Any = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        edit_question(
            question,
            outline=outline_from(given),
            facts=facts_of(given, sources=question.newest_versions[0].sources),
            placing=_placing(given),
            by=user_in(request),
            based_on=given.get("version"),
            at=now(),
            seed=new_seed(),
        )
        return Response(self.shown(question))

    @extend_schema(
        summary="Delete a question",
        description="One that nobody was asked; any other can only be retired (`status`).",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="It is gone.")},
    )
    @may_raise(Missing, InUse)
    def delete(self, request: Request, pk: int) -> Response:
        delete_question(self.get_object(), by=user_in(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)


def _placing(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "subject": given["subject"],
        "chapter": given["chapter"],
        "status": QuestionStatus(given["status"]),
        "is_shared": given["is_shared"],
    }


class BankVersionSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    made_by = serializers.IntegerField(allow_null=True)
    origin = serializers.CharField()
    question = BankQuestionSerializer()


class VersionsEndpoint(GenericAPIView[Question]):
    serializer_class = BankVersionSerializer
    permission_classes = (Allows("questions.view_bank"),)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Question]:
        if getattr(self, "swagger_fake_view", False):
            return Question.objects.none()
        return Question.objects.visible_to(self.request.user).select_related("subject")

    @extend_schema(
        summary="What a question has ever said",
        responses=BankVersionSerializer(many=True),
        examples=[
            OpenApiExample(
                "The first",
                response_only=True,
                value={
                    "version": 1,
                    "made_at": "2026-11-20T10:15:30Z",
                    "made_by": 3,
                    "origin": "editor",
                    "question": QUESTION,
                },
            )
        ],
    )
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        question = self.get_object()
        versions = question.versions.with_choices().order_by("-number")
        page = self.paginate_queryset(versions) or []
        return self.get_paginated_response(
            [
                {
                    "version": version.number,
                    "made_at": version.made_at,
                    "made_by": version.made_by_id,
                    "origin": version.origin,
                    "question": staff_shape(question, version),
                }
                for version in page
            ]
        )
