"""What curriculum puts on the first page behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from core.dashboards import DashboardCard, Place
from curriculum.class_board import longest_stuck
from curriculum.models import Cohort
from curriculum.progress import days_of_cohorts
from curriculum.review_queue import QueueFilters, ReviewQueue, waiting_for

Content = Mapping[str, Any] | None
OLDEST, LONGEST_STUCK, NEXT_DAYS, MOST_COHORTS = 5, 5, 4, 20


def reviews(user: User, at: datetime) -> Content:
    """What waits for a reviewer, the oldest first."""
    rows = ReviewQueue(user, QueueFilters(), at=at).head(OLDEST)
    if not rows:
        return None
    return {"first": rows[0], "rest": rows[1:], "waiting": waiting_for(user)}


def stuck(user: User, at: datetime) -> Content:
    """Who has not moved for long, the longest first."""
    rows = longest_stuck(user, at=at, most=LONGEST_STUCK)
    return {"rows": rows} if rows else None


def due_next(user: User, at: datetime) -> Content:
    """What the cohorts that one leads have to hand in next; for staff all that run."""
    cohorts = list(Cohort.objects.visible_to(user).running().select_related("track")[:MOST_COHORTS])
    days = days_of_cohorts(cohorts)
    ahead = [(day, cohort, project) for day, cohort, project in days if not day.is_over(at)]
    ahead.sort(key=lambda each: (each[0].due_on, each[2].number))
    return {"days": ahead[:NEXT_DAYS]} if ahead else None


CARDS = {
    "reviews": DashboardCard(
        Place.NEXT, "curriculum/cards/reviews.html", "curriculum.view_queue", 50, reviews
    ),
    "stuck": DashboardCard(
        Place.MAIN, "curriculum/cards/stuck.html", "curriculum.view_class", 20, stuck
    ),
    "due next": DashboardCard(
        Place.ASIDE, "curriculum/cards/due_next.html", "curriculum.view_cohorts", 20, due_next
    ),
}
