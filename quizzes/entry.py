"""Why one may not begin a quiz, said once for the action that refuses and the pages that tell."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from core.errors import DomainError
from quizzes.errors import Closed, NoAttemptsLeft, NotEnrolled, NotOpenYet
from quizzes.models import Quiz, QuizStatus


def why_not_open(quiz: Quiz, *, at: datetime) -> DomainError | None:
    if quiz.status != QuizStatus.PUBLISHED:
        return NotOpenYet()
    if not quiz.has_opened(at):
        return NotOpenYet(opens_at=quiz.opens_at)
    if quiz.has_closed(at):
        return Closed(closed_at=quiz.closes_at)
    return None


def why_not_on_track(quiz: Quiz, *, on: Collection[int]) -> DomainError | None:
    """`on` are the tracks that this person is on."""
    if quiz.track_id is None or quiz.track_id in on:
        return None
    return NotEnrolled(track=quiz.track.code if quiz.track else "")


def why_none_left(quiz: Quiz, *, used: int) -> DomainError | None:
    if quiz.attempts_allowed is None or used < quiz.attempts_allowed:
        return None
    return NoAttemptsLeft(attempts_allowed=quiz.attempts_allowed)
