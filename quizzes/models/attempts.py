"""One go at a quiz, and each answer in it."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from questions.kinds import Deal
from questions.models import QuestionVersion
from quizzes.models.quizzes import Quiz
from quizzes.querysets import AttemptQuerySet


class AttemptStatus(models.TextChoices):
    IN_PROGRESS = "in_progress", _("In progress")
    SUBMITTED = "submitted", _("Handed in")
    ABANDONED = "abandoned", _("Abandoned")


class Attempt(models.Model):
    """An abandoned one was scored on what was saved in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts", verbose_name=_("quiz"))
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="quiz_attempts",
        verbose_name=_("student"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    status = models.CharField(
        _("status"), max_length=11, choices=AttemptStatus, default=AttemptStatus.IN_PROGRESS
    )
    seed = models.BigIntegerField(editable=False)
    started_at = models.DateTimeField(_("started"))
    saved_at = models.DateTimeField(_("last saved"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    score = models.DecimalField(_("score"), max_digits=8, decimal_places=2, null=True)
    max_score = models.DecimalField(_("of"), max_digits=8, decimal_places=2, default=Decimal(0))
    pending_count = models.PositiveSmallIntegerField(_("to be looked at"), default=0)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "student", "number"], name="attempt_number_of_a_student"
            ),
            models.UniqueConstraint(
                fields=["quiz", "student"],
                condition=Q(status="in_progress"),
                name="attempt_one_in_progress",
            ),
            models.CheckConstraint(
                condition=Q(status="in_progress", ended_at=None, score=None)
                | (~Q(status="in_progress") & Q(ended_at__isnull=False, score__isnull=False)),
                name="attempt_is_open_or_scored",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=F("max_score")),
                name="attempt_score_within_bounds",
            ),
        ]
        indexes = [
            models.Index(
                fields=["saved_at"], name="attempt_left_alone", condition=Q(status="in_progress")
            ),
            models.Index(fields=["student", "-started_at"], name="attempt_of_student"),
            models.Index(fields=["-started_at"], name="attempt_newest"),
            models.Index(
                fields=["quiz", "ended_at"],
                name="attempt_waiting",
                condition=Q(pending_count__gt=0),
            ),
            # All that sums over a quiz ask of its attempts, so that they read nothing else.
            models.Index(
                fields=["quiz", "student"],
                include=[
                    *("id", "status", "score", "max_score", "pending_count"),
                    *("started_at", "ended_at"),
                ],
                name="attempt_of_quiz",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.quiz_id} {self.number}"

    @property
    def is_open(self) -> bool:
        return self.status == AttemptStatus.IN_PROGRESS

    @property
    def percentage(self) -> int | None:
        if self.score is None:
            return None
        return int(100 * self.score / self.max_score) if self.max_score else 0


class AttemptQuestion(models.Model):
    """A question as it was dealt in an attempt, and the answer to it.

    `revision` grows with each change on the student's side: what is older never wins. Once
    `locked_at` is set, the answer was told to be right or wrong, and stays. What a person has to
    look at has no score until somebody marks it, with `feedback` for the student. `is_flagged` is
    the student's own, to come back to it: it has no revision, and is no answer.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="questions")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    question_id = models.BigIntegerField()
    position = models.PositiveSmallIntegerField()
    marks = models.DecimalField(max_digits=6, decimal_places=2)
    deal = models.JSONField(default=dict)
    response = models.JSONField(null=True)
    revision = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    is_flagged = models.BooleanField(default=False, db_default=False)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    is_correct = models.BooleanField(null=True)
    feedback = models.TextField(blank=True, default="", db_default="")
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    marked_at = models.DateTimeField(null=True)
    # The share of the rest beside which its points were counted, where a person gave them.
    counted_rest = models.FloatField(null=True, editable=False)

    class Meta:
        ordering = ["attempt", "position"]
        indexes = [
            models.Index(
                fields=["attempt"], name="answer_marked", condition=Q(marked_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question_id"], name="attempt_asks_once"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=F("marks")),
                name="attempt_question_score_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.position}"

    @property
    def dealt(self) -> Deal:
        return Deal(choices=tuple(self.deal["choices"]), right=tuple(self.deal["right"]))
