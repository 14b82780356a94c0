"""How a subject goes, from answers in quizzes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.schema import may_raise
from core.clock import now
from core.errors import Missing
from core.policies import Allows
from questions.models import Question, Subject
from questions.statistics import Sums, item_statistics
from quizzes.subject_figures import (
    Fared,
    OwnFigures,
    Part,
    PartFigures,
    fared_of,
    own_figures,
    own_whole_of,
    part_figures,
    questions_of,
    whole_of,
)

PROGRESS = {
    "subject": {"id": 2, "code": "sql", "name": "SQL"},
    "answered": 34,
    "right": 25,
    "facility": 0.7647,
    "chapters": [
        {"id": 9, "name": "Joins", "answered": 20, "right": 17, "facility": 0.875},
        {"id": 10, "name": "Grouping", "answered": 14, "right": 8, "facility": 0.6071},
    ],
}
ITEM = {
    "id": 501,
    "question_text": "Which join keeps every row of the left table?",
    "question_type": "SINGLE",
    "chapter": 9,
    "status": "ready",
    "answers": 64,
    "facility": 0.8125,
    "discrimination": 0.41,
    "seconds": 31.5,
    "flagged": False,
}
ANALYTICS = {
    "subject": {"id": 2, "code": "sql", "name": "SQL"},
    "questions": 23,
    "answers": 410,
    "facility": 0.7012,
    "flagged": 1,
    "chapters": [
        {
            "id": 9,
            "name": "Joins",
            "questions": 8,
            "answers": 190,
            "facility": 0.7421,
            "flagged": 0,
        }
    ],
    "count": 23,
    "next": None,
    "previous": None,
    "results": [ITEM],
}
UNKNOWN = item_statistics(Sums())


class NamedSubjectSerializer(serializers.ModelSerializer[Subject]):
    class Meta:
        model = Subject
        fields = ["id", "code", "name"]


class OwnFiguresSerializer(serializers.Serializer[Any]):
    answered = serializers.IntegerField(help_text="Answers that have been weighed.")
    right = serializers.IntegerField(help_text="Of those, with all their marks.")
    facility = serializers.FloatField(
        allow_null=True, help_text="The mean share of marks, from 0 to 1; null without answers."
    )


class OwnChapterSerializer(OwnFiguresSerializer):
    id = serializers.IntegerField(allow_null=True, help_text="Null for what is under no chapter.")
    name = serializers.CharField()


class ProgressSerializer(OwnFiguresSerializer):
    subject = NamedSubjectSerializer()
    chapters = OwnChapterSerializer(many=True)


class FiguresSerializer(serializers.Serializer[Any]):
    questions = serializers.IntegerField()
    answers = serializers.IntegerField()
    facility = serializers.FloatField(allow_null=True)
    flagged = serializers.IntegerField(help_text="Questions whose key looks wrong.")


class ChapterFiguresSerializer(FiguresSerializer):
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()


class ItemSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    question_text = serializers.CharField()
    question_type = serializers.CharField()
    chapter = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    answers = serializers.IntegerField()
    facility = serializers.FloatField(allow_null=True)
    discrimination = serializers.FloatField(
        allow_null=True, help_text="Against the rest of the score; null below ten answers."
    )
    seconds = serializers.FloatField(allow_null=True)
    flagged = serializers.BooleanField(help_text="The key looks wrong.")


class AnalyticsSerializer(FiguresSerializer):
    subject = NamedSubjectSerializer()
    chapters = ChapterFiguresSerializer(many=True)
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ItemSerializer(many=True)


class ProgressEndpoint(GenericAPIView[Subject]):
    serializer_class = ProgressSerializer
    permission_classes = (Allows("quizzes.view_own_subject"),)
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        summary="How one fares in a subject",
        description="By chapter, from one's own attempts that ended. What a quiz tells only after "
        "it has closed is not counted before.",
        examples=[OpenApiExample("So far", response_only=True, value=PROGRESS)],
    )
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        subject = get_object_or_404(Subject, pk=pk)
        rows = own_figures(subject, user=user_in(request), at=now())
        whole = own_whole_of([figures for _part, figures in rows])
        return Response(
            {
                "subject": NamedSubjectSerializer(subject).data,
                **_own(whole),
                "chapters": [{**_named(part), **_own(figures)} for part, figures in rows],
            }
        )


class AnalyticsEndpoint(GenericAPIView[Question]):
    serializer_class = AnalyticsSerializer
    permission_classes = (Allows("quizzes.view_subject_analytics"),)
    filter_backends = ()

    @extend_schema(
        summary="How the questions of a subject fare",
        description="By chapter, and by question in pages. Of what one sees in the bank, in the "
        "newest version of each.",
        responses=AnalyticsSerializer,
        examples=[OpenApiExample("A subject", response_only=True, value=ANALYTICS)],
    )
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        subject, user = get_object_or_404(Subject, pk=pk), user_in(request)
        known = fared_of(subject, user=user)
        rows = part_figures(subject, known, user=user)
        whole = whole_of([figures for _part, figures in rows])
        found = questions_of(subject, user=user).with_newest()
        page = self.paginate_queryset(found.order_by("chapter__position", "chapter", "pk")) or []
        items = [_item(each, known.get(each.pk)) for each in page]
        answer = self.get_paginated_response(items)
        answer.data = {
            "subject": NamedSubjectSerializer(subject).data,
            **_figures(whole),
            "chapters": [{**_named(part), **_figures(figures)} for part, figures in rows],
            **answer.data,
        }
        return answer


def _named(part: Part) -> dict[str, Any]:
    return {"id": part.id, "name": part.name}


def _own(figures: OwnFigures) -> dict[str, Any]:
    return {
        "answered": figures.answered,
        "right": figures.right,
        "facility": figures.facility,
    }


def _figures(figures: PartFigures) -> dict[str, Any]:
    return {
        "questions": figures.questions,
        "answers": figures.answers,
        "facility": figures.facility,
        "flagged": figures.flagged,
    }


def _item(question: Question, fared: Fared | None) -> dict[str, Any]:
    version = question.newest_versions[0]
    statistics = fared.statistics if fared else UNKNOWN
    return {
        "id": question.pk,
        "question_text": version.text,
        "question_type": version.type,
        "chapter": question.chapter_id,
        "status": question.status,
        "answers": statistics.answers,
        "facility": _rounded(statistics.facility),
        "discrimination": _rounded(statistics.discrimination),
        "seconds": _rounded(statistics.seconds),
        "flagged": bool(fared and fared.is_flagged),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
