"""Deciding on work, taking it in hand, and opening it again."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.idempotent import idempotent
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Missing
from core.policies import Allows
from curriculum.actions.reviews import (
    Points,
    claim_submission,
    release_submission,
    reopen_submission,
    review_submission,
)
from curriculum.api.submissions import (
    A_SUBMISSION,
    REVIEW,
    ReviewSerializer,
    WholeSubmissionSerializer,
)
from curriculum.errors import (
    NothingToReopen,
    RevisionOutdated,
    RevisionReviewed,
    TakenByAnother,
)
from curriculum.models import Decision, Review, Submission
from curriculum.models.cohorts import REASON_LENGTH
from curriculum.models.reviews import FEEDBACK_LENGTH
from curriculum.rubrics import MOST_POINTS


class PointsSerializer(serializers.Serializer[Any]):
    criterion = serializers.CharField(max_length=200, help_text="Its key, or its words.")
    points = serializers.IntegerField(min_value=0, max_value=MOST_POINTS)
    comment = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class DecisionSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        min_value=1,
        max_value=32767,
        required=False,
        help_text="Which one was looked at; by default the newest.",
    )
    decision = serializers.ChoiceField(choices=Decision.choices)
    feedback = serializers.CharField(
        max_length=FEEDBACK_LENGTH, required=False, allow_blank=True, default=""
    )
    rubric = PointsSerializer(many=True, required=False)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_LENGTH)


class _OfASubmission(GenericAPIView[Submission]):
    permission_classes = (Allows("curriculum.review"),)
    filter_backends = ()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        return Submission.objects.visible_to(self.request.user).with_what_for()

    def whole(self, submission: Submission) -> Any:
        fresh = Submission.objects.with_everything().get(pk=submission.pk)
        return WholeSubmissionSerializer(fresh, context=self.get_serializer_context()).data


class ReviewEndpoint(_OfASubmission):
    serializer_class = DecisionSerializer

    @extend_schema(
        summary="Decide on a revision",
        description="Once: whoever comes second hears 409 with the decision that there is.",
        responses={HTTPStatus.CREATED: ReviewSerializer},
        examples=[
            OpenApiExample(
                "Changes",
                request_only=True,
                value={
                    "revision": 1,
                    "decision": "changes_requested",
                    "feedback": "Nearly there. What happens with an empty file?",
                    "rubric": [{"criterion": "structure", "points": 6}],
                },
            ),
            OpenApiExample("Changes", response_only=True, value=REVIEW),
        ],
    )
    @may_raise(Missing, RevisionReviewed, RevisionOutdated, TakenByAnother)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        submission = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        review = review_submission(
            submission,
            revision=given.get("revision"),
            decision=Decision(given["decision"]),
            feedback=given["feedback"],
            points=[Points(**each) for each in given.get("rubric", [])],
            by=user_in(request),
            at=now(),
        )
        said = Review.objects.select_related("revision", "reviewer").prefetch_related(
            "rubric_points"
        )
        answer = ReviewSerializer(
            said.get(pk=review.pk), context=self.get_serializer_context()
        ).data
        return Response(answer, status=HTTPStatus.CREATED)


class ClaimEndpoint(_OfASubmission):
    serializer_class = WholeSubmissionSerializer

    @extend_schema(
        summary="Take work in hand",
        description="For half an hour, so that no two review the same; again renews it.",
        request=None,
        examples=[A_SUBMISSION],
    )
    @may_raise(Missing, TakenByAnother)
    def post(self, request: Request, pk: int) -> Response:
        submission = claim_submission(self.get_object(), by=user_in(request), at=now())
        return Response(self.whole(submission))

    @extend_schema(
        summary="Give work back",
        request=None,
        responses={HTTPStatus.NO_CONTENT: None},
    )
    @may_raise(Missing)
    def delete(self, request: Request, pk: int) -> Response:
        release_submission(self.get_object(), by=user_in(request), at=now())
        return Response(status=HTTPStatus.NO_CONTENT)


class ReopenEndpoint(_OfASubmission):
    serializer_class = ReasonSerializer

    @extend_schema(
        summary="Open decided work again",
        description="What was approved or rejected by mistake: the student may hand in again.",
        responses=WholeSubmissionSerializer,
        examples=[
            OpenApiExample(
                "A mistake", request_only=True, value={"reason": "I looked at the wrong file."}
            ),
            A_SUBMISSION,
        ],
    )
    @may_raise(Missing, NothingToReopen)
    def post(self, request: Request, pk: int) -> Response:
        submission = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        reopen_submission(
            submission,
            reason=serializer.validated_data["reason"],
            by=user_in(request),
            caller=caller_of(request),
            at=now(),
        )
        return Response(self.whole(submission))
