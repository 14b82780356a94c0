"""Taking a quiz."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.filters import Ordering
from core.api.idempotent import idempotent
from core.api.schema import may_raise
from core.clock import new_seed, now
from core.errors import Missing, Unavailable
from core.files.api.serializers import StoredFileSerializer
from core.policies import Allows
from curriculum.errors import StorageFull
from quizzes.actions.answer_files import keep_answer_file
from quizzes.actions.attempts import (
    Saved,
    flag_question,
    save_answer,
    start_attempt,
    submit_attempt,
)
from quizzes.api.serializers import (
    ATTEMPT,
    RESULT,
    AnswerKeptSerializer,
    AttemptSerializer,
    ListedAttemptSerializer,
    SavedAnswerSerializer,
)
from quizzes.api.shapes import attempt_facts, attempt_shape, told_shape
from quizzes.errors import (
    AlreadySubmitted,
    AnswerLocked,
    Closed,
    NoAttemptsLeft,
    NotEnrolled,
    NothingToAsk,
    NotOpenYet,
)
from quizzes.files import ANSWER_FILES
from quizzes.models import Attempt, AttemptStatus, Quiz
from quizzes.standing import tells

UNDER_WAY = OpenApiExample("Under way", response_only=True, value=ATTEMPT)
HANDED_IN = OpenApiExample("Handed in", response_only=True, value=RESULT)
LISTED = {name: said for name, said in RESULT.items() if name not in {"questions", "saved_answers"}}


class StartEndpoint(GenericAPIView[Quiz]):
    serializer_class = AttemptSerializer
    permission_classes = (Allows("quizzes.take"),)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Quiz]:
        return Quiz.objects.visible_to(self.request.user).select_related("track")

    @extend_schema(
        summary="Begin an attempt, or go on with the open one",
        request=None,
        responses={
            HTTPStatus.CREATED: AttemptSerializer,
            HTTPStatus.OK: OpenApiResponse(AttemptSerializer, description="The open one."),
        },
        examples=[UNDER_WAY],
    )
    @may_raise(Missing, NotOpenYet, Closed, NoAttemptsLeft, NotEnrolled, NothingToAsk)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        quiz, at = self.get_object(), now()
        by = user_in(request)
        attempt, is_new = start_attempt(quiz, by=by, at=at, seed=new_seed())
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return Response(attempt_shape(_whole(attempt), by=by, at=at), status=status)


class AttemptFilter(FilterSet):
    quiz = django_filters.NumberFilter(field_name="quiz", min_value=1)
    status = django_filters.ChoiceFilter(choices=AttemptStatus)
    student = django_filters.NumberFilter(field_name="student", min_value=1)


class _Attempts(GenericAPIView[Attempt]):
    serializer_class = AttemptSerializer
    permission_classes = (Allows("quizzes.view_attempt"),)

    def get_queryset(self) -> QuerySet[Attempt]:
        if getattr(self, "swagger_fake_view", False):
            return Attempt.objects.none()
        return Attempt.objects.visible_to(self.request.user).select_related("quiz")


class AttemptsEndpoint(_Attempts):
    filter_backends = (DjangoFilterBackend, Ordering)
    filterset_class = AttemptFilter
    ordering_fields = ("started_at",)
    ordering = ("-started_at",)

    @extend_schema(
        summary="Attempts",
        description="One's own; as a trainer those of one's students and at one's quizzes too.",
        responses=ListedAttemptSerializer(many=True),
        examples=[OpenApiExample("Handed in", response_only=True, value=LISTED)],
    )
    def get(self, request: Request) -> Response:
        at = now()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(
            [
                attempt_facts(attempt, tells=tells(attempt, quiz=attempt.quiz, at=at))
                for attempt in page
            ]
        )


class AttemptEndpoint(_Attempts):
    filter_backends = ()

    @extend_schema(summary="One attempt", examples=[UNDER_WAY, HANDED_IN])
    @may_raise(Missing)
    def get(self, request: Request, attempt: UUID) -> Response:
        found = get_object_or_404(self.get_queryset(), pk=attempt)
        return Response(attempt_shape(_whole(found), by=request.user, at=now()))


class _OnOwnAttempt(_Attempts):
    permission_classes = (Allows("quizzes.answer"),)
    filter_backends = ()

    def own(self, key: UUID) -> Attempt:
        attempt = get_object_or_404(self.get_queryset(), pk=key)
        self.check_object_permissions(self.request, attempt)
        return attempt


class AnswerEndpoint(_OnOwnAttempt):
    throttle_scope = "answers"

    @extend_schema(
        summary="Save an answer",
        description="Each as it is given. `selected` for choices, `response` for all else. With a "
        "growing `revision` an older answer that comes late never wins (`stale`); without one the "
        "newest arrival does. `flagged` marks the question to come back to, for oneself: alone, or "
        "beside an answer. It has no revision, and the last one said stands.",
        request=SavedAnswerSerializer,
        responses=AnswerKeptSerializer,
        examples=[
            OpenApiExample(
                "A choice",
                request_only=True,
                value={"question": 501, "selected": [1], "revision": 3},
            ),
            OpenApiExample(
                "A flag alone", request_only=True, value={"question": 501, "flagged": True}
            ),
            OpenApiExample(
                "Kept",
                response_only=True,
                value={"saved_at": "2026-11-20T10:17:00Z", "revision": 3},
            ),
        ],
    )
    @may_raise(Missing, AlreadySubmitted, AnswerLocked)
    def post(self, request: Request, attempt: UUID) -> Response:
        own = self.own(attempt)
        serializer = SavedAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        if "flagged" in given and not given.keys() & {"selected", "response"}:
            flagged = flag_question(
                own, question=given["question"], is_flagged=given["flagged"], at=now()
            )
            return Response(_kept(flagged, given))
        saved = save_answer(
            own,
            question=given["question"],
            raw=given["selected"] if "selected" in given else given.get("response"),
            revision=given.get("revision"),
            seconds=given.get("seconds"),
            is_flagged=given.get("flagged"),
            at=now(),
        )
        told = {"result": told_shape(saved.asked)} if saved.asked.locked_at else {}
        return Response({**_kept(saved, given), **told})


class SubmitEndpoint(_OnOwnAttempt):
    @extend_schema(
        summary="Hand an attempt in",
        description="Again gives the same result.",
        request=None,
        examples=[HANDED_IN],
    )
    @may_raise(Missing)
    @idempotent
    def post(self, request: Request, attempt: UUID) -> Response:
        at = now()
        ended = submit_attempt(self.own(attempt), at=at)
        return Response(attempt_shape(_whole(ended), by=request.user, at=at))


class AnswerUploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)


class AnswerFilesEndpoint(_OnOwnAttempt):
    serializer_class = AnswerUploadSerializer  # type: ignore[assignment]
    parser_classes = (MultiPartParser,)
    largest_upload = ANSWER_FILES.max_bytes

    @extend_schema(
        summary="Send a file that is an answer",
        description="Its id then stands in the response to the question.",
        responses={HTTPStatus.CREATED: StoredFileSerializer},
        examples=[
            OpenApiExample(
                "A file",
                response_only=True,
                value={
                    "id": "0b9f8a0e-58a4-4d47-a1f4-1c0f0f1d5a11",
                    "name": "plan.pdf",
                    "size": 48213,
                    "content_type": "application/pdf",
                    "created_at": "2026-11-20T10:16:00Z",
                    "expires_at": None,
                    "url": "/api/files/0b9f8a0e-58a4-4d47-a1f4-1c0f0f1d5a11/",
                },
            )
        ],
    )
    @may_raise(Missing, AlreadySubmitted, StorageFull, Unavailable)
    def post(self, request: Request, attempt: UUID) -> Response:
        own = self.own(attempt)
        if not own.is_open:
            raise AlreadySubmitted
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        upload = serializer.validated_data["file"]
        file = keep_answer_file(own, content=upload, name=upload.name, at=now())
        answer = StoredFileSerializer(file, context=self.get_serializer_context()).data
        return Response(answer, status=HTTPStatus.CREATED)


def _kept(saved: Saved, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "saved_at": saved.saved_at,
        "revision": saved.asked.revision,
        **({"stale": True} if saved.is_stale else {}),
        **({"flagged": saved.asked.is_flagged} if "flagged" in given else {}),
    }


def _whole(attempt: Attempt) -> Attempt:
    return Attempt.objects.with_questions().get(pk=attempt.pk)
