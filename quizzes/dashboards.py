"""What quizzes put on the first page behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from accounts.models import User
from accounts.roles import TEACHING
from core.dashboards import DashboardCard, Place
from quizzes.models import Attempt, Quiz
from quizzes.standing import tracks_on

SHOWN = 4


def own_quizzes(user: User, at: datetime) -> Mapping[str, Any] | None:
    """What one has begun, and what is open and was never tried, that which closes first."""
    if user.role in TEACHING:
        return None
    begun = Attempt.objects.open().filter(student=user).select_related("quiz")
    begun_first = list(begun.order_by("-saved_at")[:SHOWN])
    fresh = (
        Quiz.objects.published()
        .open_at(at)
        .filter(Q(track=None) | Q(track__in=tracks_on(user, at=at)))
        .exclude(pk__in=Attempt.objects.filter(student=user).values("quiz"))
        .order_by(F("closes_at").asc(nulls_last=True), "-published_at", "-pk")
    )
    found = list(fresh[: SHOWN + 1 - len(begun_first)])
    if not begun_first and not found:
        return None
    return {"begun": begun_first, "fresh": found[:SHOWN]}


CARDS = {
    "own quizzes": DashboardCard(
        Place.ASIDE, "quizzes/cards/own_quizzes.html", "quizzes.view", 10, own_quizzes
    ),
}
