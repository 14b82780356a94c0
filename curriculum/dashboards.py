"""What curriculum puts on the first page behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from core.dashboards import DashboardCard, Place
from curriculum.review_queue import QueueFilters, ReviewQueue, waiting_for

Content = Mapping[str, Any] | None
OLDEST = 5


def reviews(user: User, at: datetime) -> Content:
    """What waits for a reviewer, the oldest first."""
    rows = ReviewQueue(user, QueueFilters(), at=at).head(OLDEST)
    if not rows:
        return None
    return {"first": rows[0], "rest": rows[1:], "waiting": waiting_for(user)}


CARDS = {
    "reviews": DashboardCard(
        Place.NEXT, "curriculum/cards/reviews.html", "curriculum.view_queue", 50, reviews
    ),
}
