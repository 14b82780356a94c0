"""What quizzes put on the first page behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, Subquery, Sum

from accounts.models import User
from accounts.roles import TEACHING, Role
from core.dashboards import DashboardCard, Place
from curriculum.models import Enrollment
from quizzes.models import Attempt, Quiz

SHOWN = 4


def own_quizzes(user: User, at: datetime) -> Mapping[str, Any] | None:
    """What one has begun, and what is open and was never tried, that which closes first."""
    if user.role in TEACHING:
        return None
    own = Attempt.objects.filter(student=user, quiz=OuterRef("pk"))
    on = Enrollment.objects.with_access(at).filter(student=user).values("track")
    fresh = Quiz.objects.published().open_at(at).filter(Q(track=None) | Q(track__in=on))
    quizzes = Quiz.objects.annotate(
        begun=Subquery(own.open().values("pk")[:1]),
        last_saved_at=Subquery(own.open().values("saved_at")[:1]),
    ).filter(Q(begun__isnull=False) | Q(~Exists(own), pk__in=fresh.values("pk")))
    ordered = quizzes.order_by(
        F("last_saved_at").desc(nulls_last=True),
        F("closes_at").asc(nulls_last=True),
        "-published_at",
        "-pk",
    )
    shown = list(ordered[:SHOWN])
    return {"quizzes": shown} if shown else None


def answers_to_mark(user: User, at: datetime) -> Mapping[str, Any] | None:
    """Own quizzes in which answers wait for points, those first that have waited longest."""
    if user.role != Role.TRAINER:
        return None
    own = Quiz.objects.editable_by(user).values("pk")
    waiting = Attempt.objects.filter(quiz__in=own, pending_count__gt=0).order_by()
    quizzes = waiting.values("quiz", "quiz__title").annotate(
        answers=Sum("pending_count"), since=Min("ended_at")
    )
    shown = list(quizzes.order_by("since", "quiz")[: SHOWN + 1])
    return {"quizzes": shown[:SHOWN], "are_more": len(shown) > SHOWN} if shown else None


CARDS = {
    "own quizzes": DashboardCard(
        Place.ASIDE, "quizzes/cards/own_quizzes.html", "quizzes.view", 10, own_quizzes
    ),
    "answers to mark": DashboardCard(
        Place.ASIDE, "quizzes/cards/answers_to_mark.html", "quizzes.mark", 10, answers_to_mark
    ),
}
