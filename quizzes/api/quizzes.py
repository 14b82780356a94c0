"""Quizzes: finding, writing, publishing, duplicating."""

from http import HTTPStatus
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from accounts.models import User
from core.api.filters import Ordering
from core.api.idempotent import idempotent
from core.api.schema import may_raise
from core.clock import now
from core.errors import Missing
from core.policies import Allows, can, reading_or_writing
from questions.api.shapes import staff_shape
from questions.models import Question
from quizzes.actions.authoring import (
    FACTS,
    Asked,
    delete_quiz,
    duplicate_quiz,
    edit_quiz,
    make_quiz,
    publish_quiz,
    set_draw_rules,
    set_questions,
    unpublish_quiz,
)
from quizzes.actions.dealing import available_for
from quizzes.api.serializers import (
    QUIZ,
    WHOLE_QUIZ,
    DrawRuleSerializer,
    PublishedSerializer,
    QuizSerializer,
    WholeQuizSerializer,
    WrittenQuizSerializer,
)
from quizzes.errors import NotReady, NotVetted, QuizTaken
from quizzes.models import DrawRule, Quiz, QuizStatus

A_QUIZ = OpenApiExample("For students", response_only=True, value=QUIZ)
A_DRAFT = OpenApiExample("For those who teach", response_only=True, value=WHOLE_QUIZ)
WRITTEN = OpenApiExample(
    "A quiz",
    request_only=True,
    value={
        "title": "Joins, once more",
        "track": "FSD",
        "feedback": "after_submit",
        "questions": [{"id": 501}, {"id": 502, "marks": 2}],
    },
)


class QuizFilter(FilterSet):
    status = django_filters.ChoiceFilter(choices=QuizStatus)
    track = django_filters.CharFilter(field_name="track__code", lookup_expr="iexact", max_length=12)
    project = django_filters.NumberFilter(field_name="project", min_value=1)
    author = django_filters.NumberFilter(field_name="author", min_value=1)


class _Quizzes(GenericAPIView[Quiz]):
    serializer_class = WrittenQuizSerializer

    def get_queryset(self) -> QuerySet[Quiz]:
        if getattr(self, "swagger_fake_view", False):
            return Quiz.objects.none()
        visible = Quiz.objects.visible_to(self.request.user)
        return visible.select_related("author", "track", "project__track").with_counts()

    def shown(self, quiz: Quiz) -> dict[str, Any]:
        """Students learn how many questions there are, and nothing more outside of an attempt."""
        if can(self.request.user, "quizzes.make"):
            return shown_quiz(quiz)
        fresh = self.get_queryset().get(pk=quiz.pk)
        return QuizSerializer(fresh, context=self.get_serializer_context()).data


class QuizzesEndpoint(_Quizzes):
    filter_backends = (DjangoFilterBackend, SearchFilter, Ordering)
    filterset_class = QuizFilter
    search_fields = ("title", "description")
    ordering_fields = ("title", "created_at", "edited_at")
    ordering = ("-edited_at",)

    def get_permissions(self) -> list[Any]:
        return reading_or_writing(self.request, "quizzes.view", "quizzes.make")

    @extend_schema(
        summary="Quizzes",
        description="Students find what is published; those who teach find each other's drafts "
        "too.",
        responses=QuizSerializer(many=True),
        examples=[A_QUIZ],
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        context = self.get_serializer_context()
        return self.get_paginated_response(QuizSerializer(page, many=True, context=context).data)

    @extend_schema(
        summary="Write a quiz by hand",
        description="A draft, with questions of the bank by their ids and rules for drawing.",
        responses={HTTPStatus.CREATED: WholeQuizSerializer},
        examples=[WRITTEN, A_DRAFT],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given, by, at = serializer.validated_data, user_in(request), now()
        asked = _asked(given.get("questions", []), by=by)
        facts = {name: said for name, said in given.items() if name in FACTS}
        with transaction.atomic():
            quiz = make_quiz(by=by, at=at, **facts)
            set_questions(quiz, asked=asked, by=by, at=at)
            if given.get("draw_rules"):
                set_draw_rules(quiz, rules=_rules(given["draw_rules"]), by=by, at=at)
        return Response(self.shown(quiz), status=HTTPStatus.CREATED)


class QuizEndpoint(_Quizzes):
    filter_backends = ()

    def get_permissions(self) -> list[Any]:
        write = "quizzes.delete" if self.request.method == "DELETE" else "quizzes.edit"
        return reading_or_writing(self.request, "quizzes.view", write)

    @extend_schema(
        summary="One quiz",
        responses=WholeQuizSerializer,
        examples=[A_QUIZ, A_DRAFT],
    )
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.shown(self.get_object()))

    @extend_schema(
        summary="Write a quiz anew", responses=WholeQuizSerializer, examples=[WRITTEN, A_DRAFT]
    )
    @may_raise(Missing, NotVetted)
    def put(self, request: Request, pk: int) -> Response:
        return self._edit(request, partial=False)

    @extend_schema(
        summary="Change parts of a quiz",
        description="`questions` and `draw_rules` are written as a whole.",
        responses=WholeQuizSerializer,
        examples=[WRITTEN, A_DRAFT],
    )
    @may_raise(Missing, NotVetted)
    def patch(self, request: Request, pk: int) -> Response:
        return self._edit(request, partial=True)

    @extend_schema(
        summary="Delete a quiz",
        description="One that nobody has taken; any other is taken back by `unpublish`.",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="It is gone.")},
    )
    @may_raise(Missing, QuizTaken)
    def delete(self, request: Request, pk: int) -> Response:
        delete_quiz(self.get_object(), by=user_in(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)

    def _edit(self, request: Request, *, partial: bool) -> Response:
        quiz = self.get_object()
        serializer = self.get_serializer(quiz, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        given, by, at = serializer.validated_data, user_in(request), now()
        facts = {name: said for name, said in given.items() if name in FACTS}
        with transaction.atomic():
            edit_quiz(quiz, facts=facts, by=by, at=at)
            if "questions" in given:
                set_questions(quiz, asked=_asked(given["questions"], by=by), by=by, at=at)
            if "draw_rules" in given:
                set_draw_rules(quiz, rules=_rules(given["draw_rules"]), by=by, at=at)
        return Response(self.shown(quiz))


class _OnAQuiz(_Quizzes):
    serializer_class = WholeQuizSerializer  # type: ignore[assignment]
    permission_classes = (Allows("quizzes.edit"),)
    filter_backends = ()


class PublishEndpoint(_OnAQuiz):
    @extend_schema(
        summary="Publish a quiz",
        description="Whoever publishes stands for what AI made in it. Where a second look "
        "disagrees with a key and nobody has decided, the answer is 409 `NOT_VETTED` and names the "
        "questions; `accept` then says for which keys you stand.",
        request=PublishedSerializer,
        responses=WholeQuizSerializer,
        examples=[A_DRAFT],
    )
    @may_raise(Missing, NotReady, NotVetted)
    def post(self, request: Request, pk: int) -> Response:
        quiz = self.get_object()
        serializer = PublishedSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        accepting = frozenset(serializer.validated_data["accept"])
        quiz = publish_quiz(quiz, by=user_in(request), at=now(), accepting=accepting)
        return Response(self.shown(quiz))


class UnpublishEndpoint(_OnAQuiz):
    @extend_schema(
        summary="Take a quiz back",
        description="It is a draft again; attempts that are under way go on.",
        request=None,
        examples=[A_DRAFT],
    )
    @may_raise(Missing)
    def post(self, request: Request, pk: int) -> Response:
        quiz = unpublish_quiz(self.get_object(), by=user_in(request), at=now())
        return Response(self.shown(quiz))


class DuplicateEndpoint(_OnAQuiz):
    permission_classes = (Allows("quizzes.make"),)

    @extend_schema(
        summary="Make a copy of one's own",
        request=None,
        responses={HTTPStatus.CREATED: WholeQuizSerializer},
        examples=[A_DRAFT],
    )
    @may_raise(Missing)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        copy = duplicate_quiz(self.get_object(), by=user_in(request), at=now())
        return Response(self.shown(copy), status=HTTPStatus.CREATED)


def shown_quiz(quiz: Quiz) -> dict[str, Any]:
    """As those who teach see it."""
    known = Quiz.objects.select_related("author", "track", "project__track").with_counts()
    fresh = known.get(pk=quiz.pk)
    return {
        **QuizSerializer(fresh).data,
        "questions": questions_of(fresh),
        "draw_rules": rules_of(fresh),
    }


def rules_of(quiz: Quiz) -> list[dict[str, Any]]:
    """As they are written, with how many questions fit each now; two queries for any number."""
    rules = list(quiz.draw_rules.select_related("subject").order_by("position"))
    written = DrawRuleSerializer(rules, many=True).data
    return [
        {**rule, "available": available}
        for rule, available in zip(written, available_for(quiz, rules), strict=True)
    ]


def questions_of(quiz: Quiz) -> list[dict[str, Any]]:
    """With keys, in their order; three queries for any number."""
    listed = {row.question_id: row for row in quiz.quiz_questions.all()}
    found = Question.objects.filter(pk__in=listed).with_newest()
    shapes = []
    for question in sorted(found, key=lambda each: listed[each.pk].position):
        row = listed[question.pk]
        shape = staff_shape(question, question.newest_versions[0], order=row.position)
        if row.marks is not None:
            shape["marks"] = float(row.marks)
        shapes.append(shape)
    return shapes


def _asked(rows: list[dict[str, Any]], *, by: User) -> list[Asked]:
    """Of those that this person sees in the bank."""
    known = Question.objects.visible_to(by).in_bulk([row["id"] for row in rows])
    if len(known) != len({row["id"] for row in rows}):
        raise serializers.ValidationError(
            {"questions": [_("One of these questions is not in the bank.")]}
        )
    return [Asked(known[row["id"]], row.get("marks")) for row in rows]


def _rules(written: list[dict[str, Any]]) -> list[DrawRule]:
    return [DrawRule(**rule) for rule in written]
