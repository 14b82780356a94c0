"""Telling pages that have a submission open that it moved on."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core.live.hints import send_hint
from curriculum.models import ReviewVisit, Submission
from curriculum.querysets import VISIT_LASTS


def review_topic(submission: int) -> str:
    return f"review.{submission}"


def submission_topic(submission: int) -> str:
    return f"submission.{submission}"


def tell_student(submission: Submission, *, by: User | None) -> None:
    """Unless it is their own doing: the page on which they did it shows it."""
    if by is None or by.pk != submission.student_id:
        topic = submission_topic(submission.pk)
        send_hint(user_id=submission.student_id, topic=topic, data={})


def tell_reviewers(submission: int, *, but: User | None, at: datetime) -> None:
    """Whoever has it open looks again."""
    visits = ReviewVisit.objects.filter(submission=submission, seen_at__gt=at - VISIT_LASTS)
    if but is not None:
        visits = visits.exclude(reviewer=but)
    for reviewer in visits.values_list("reviewer", flat=True):
        send_hint(user_id=reviewer, topic=review_topic(submission), data={})
