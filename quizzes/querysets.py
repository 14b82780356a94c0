"""Lists of quizzes and attempts that read as English."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Avg, Count, F, FloatField, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.roles import STAFF, TEACHING, Role

LEFT_ALONE = timedelta(hours=24)


class QuizQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Trainers see each other's; students what is published."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if user.role in TEACHING else self.filter(status="published")

    def editable_by(self, user: Any) -> Self:
        if not user.is_authenticated or not user.is_active or user.role not in TEACHING:
            return self.none()
        if user.role in STAFF:
            return self
        return self.filter(Q(author=user.pk) | Q(editors=user.pk)).distinct()

    def published(self) -> Self:
        return self.filter(status="published")

    def asking(self, question: int) -> Self:
        """Those in which it stands; rules may draw it in others."""
        return self.filter(quiz_questions__question=question)

    def open_at(self, at: datetime) -> Self:
        return self.filter(
            Q(opens_at=None) | Q(opens_at__lte=at), Q(closes_at=None) | Q(closes_at__gt=at)
        )

    def with_counts(self) -> Self:
        """`listed_count` of those in the quiz itself; rules add theirs (`draw_rules`).

        Counted beside the list and not by joining it: what is shown on a page is counted alone.
        """
        listed = apps.get_model("quizzes", "QuizQuestion").objects.filter(quiz=OuterRef("pk"))
        count = listed.order_by().values("quiz").annotate(n=Count("pk")).values("n")
        return self.annotate(listed_count=Coalesce(Subquery(count), 0)).prefetch_related(
            "draw_rules"
        )

    def with_attempts(self) -> Self:
        """`attempts_count` of all, `average_percent` of those that ended; None before the first.

        To order by, `average_key` puts what has none below everything.
        """
        attempt = apps.get_model("quizzes", "Attempt")
        of_it = attempt.objects.filter(quiz=OuterRef("pk")).order_by().values("quiz")
        ended = of_it.exclude(status="in_progress").filter(max_score__gt=0)
        share = Avg(100.0 * F("score") / F("max_score"), output_field=FloatField())
        return self.annotate(
            attempts_count=Coalesce(Subquery(of_it.annotate(n=Count("pk")).values("n")), 0),
            average_percent=Subquery(ended.annotate(share=share).values("share")),
            average_key=Coalesce(F("average_percent"), -1.0),
        )


class AttemptQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own; of students that a trainer looks after, and in quizzes of one's own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role in STAFF:
            return self
        seen = Q(student=user.pk)
        if user.role == Role.TRAINER:
            running = apps.get_model("accounts", "TrainerAssignment").objects.running()
            seen |= Q(student__in=running.filter(trainer=user.pk).values("student"))
            seen |= Q(quiz__author=user.pk) | Q(quiz__in=user.edited_quizzes.values("pk"))
        return self.filter(seen)

    def with_questions(self) -> Self:
        """All that a page of an attempt shows, in a number of queries that does not grow."""
        asked = apps.get_model("quizzes", "AttemptQuestion").objects.select_related("version")
        return self.select_related("quiz").prefetch_related(
            Prefetch("questions", asked.order_by("position")), "questions__version__choices"
        )

    def open(self) -> Self:
        return self.filter(status="in_progress")

    def ended(self) -> Self:
        return self.exclude(status="in_progress")

    def left_alone(self, at: datetime) -> Self:
        return self.open().filter(saved_at__lte=at - LEFT_ALONE)

    def overtaken(self, at: datetime) -> Self:
        """Under way in a quiz that has closed, and tells by that what is right."""
        return self.open().filter(quiz__feedback="after_closing", quiz__closes_at__lte=at)


class GenerationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own; all for staff."""
        if not user.is_authenticated or not user.is_active or user.role not in TEACHING:
            return self.none()
        return self if user.role in STAFF else self.filter(owner=user.pk)

    def counted(self) -> Self:
        """Those that use up a day's quota: what is served from an equal one does not."""
        return self.filter(is_from_cache=False)

    def since(self, moment: datetime) -> Self:
        return self.filter(created_at__gte=moment)

    def of_whole_quizzes(self) -> Self:
        """Without those for one question, which are never served from an equal one."""
        return self.exclude(digest="")


class GeneratedQuestionQuerySet(models.QuerySet[Any]):
    def in_quiz(self, quiz: Any) -> Self:
        return self.filter(question__quiz_questions__quiz=quiz)

    def unvetted(self) -> Self:
        """Nobody stands for them, and nobody has edited them."""
        return self.filter(vetted_at=None, question__newest=1)

    def unsettled(self) -> Self:
        return self.unvetted().filter(agrees=False)
