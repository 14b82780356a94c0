"""What quizzes put on the first page behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.models import User
from accounts.roles import TEACHING
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


CARDS = {
    "own quizzes": DashboardCard(
        Place.ASIDE, "quizzes/cards/own_quizzes.html", "quizzes.view", 10, own_quizzes
    ),
}
