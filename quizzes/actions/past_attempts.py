"""Attempts that are over, written many at once: what one by one would take a minute.

They are dealt, parsed and graded by the same rules as those that somebody takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from core.events.actions import record
from questions.actions.outcomes import Outcome, record_outcomes
from questions.kinds import kind_of
from quizzes.actions.attempts import asked_of, grade_answer, outcomes_of, sum_up
from quizzes.actions.dealing import Dealer
from quizzes.events import AttemptStarted, AttemptSubmitted
from quizzes.models import Attempt, AttemptQuestion, AttemptStatus, Feedback, Quiz

CHUNK = 500


@dataclass(frozen=True)
class Given:
    """What somebody answered, as a page sends it, and how long they thought; None for nothing."""

    raw: object
    seconds: int


@dataclass(frozen=True)
class PastAttempt:
    """`answer` is asked for each question in the order in which it was dealt."""

    student: User
    number: int
    seed: int
    started_at: datetime
    ended_at: datetime
    answer: Callable[[AttemptQuestion], Given | None]
    is_abandoned: bool = False


@transaction.atomic
def write_past_attempts(quiz: Quiz, *, past: Sequence[PastAttempt]) -> list[Attempt]:
    dealer = Dealer(quiz)
    attempts: list[Attempt] = []
    asked: list[AttemptQuestion] = []
    outcomes: list[Outcome] = []
    for each in past:
        attempt, of_attempt = _ended(quiz, each, dealer)
        attempts.append(attempt)
        asked += of_attempt
        outcomes += outcomes_of(of_attempt)
    Attempt.objects.bulk_create(attempts, batch_size=CHUNK)
    AttemptQuestion.objects.bulk_create(asked, batch_size=CHUNK)
    record_outcomes(outcomes)
    for attempt in attempts:
        _tell(attempt)
    return attempts


def _ended(quiz: Quiz, past: PastAttempt, dealer: Dealer) -> tuple[Attempt, list[AttemptQuestion]]:
    dealt = dealer.deal(seed=past.seed)
    attempt = Attempt(
        quiz=quiz,
        student=past.student,
        number=past.number,
        seed=past.seed,
        started_at=past.started_at,
        saved_at=past.started_at,
        ended_at=past.ended_at,
        status=AttemptStatus.ABANDONED if past.is_abandoned else AttemptStatus.SUBMITTED,
        max_score=sum((each.marks for each in dealt), Decimal(0)),
    )
    asked = asked_of(attempt, dealt)
    for each in asked:
        _answer(each, past, attempt, is_told=quiz.feedback == Feedback.AT_ONCE)
        grade_answer(each)
    sum_up(attempt, [each.score for each in asked])
    return attempt, asked


def _answer(asked: AttemptQuestion, past: PastAttempt, attempt: Attempt, *, is_told: bool) -> None:
    given = past.answer(asked)
    if given is None:
        return
    asked.response = kind_of(asked.version.type).parse(asked.version.material, given.raw)
    asked.revision, asked.seconds = 1, given.seconds
    attempt.saved_at = min(attempt.saved_at + timedelta(seconds=given.seconds), past.ended_at)
    asked.saved_at = attempt.saved_at
    if is_told and asked.response is not None:
        asked.locked_at = asked.saved_at


def _tell(attempt: Attempt) -> None:
    about: dict[str, Any] = {
        "attempt": attempt.pk,
        "quiz_id": attempt.quiz_id,
        "student_id": attempt.student_id,
    }
    record(AttemptStarted(**about), by=attempt.student, at=attempt.started_at)
    submitted = AttemptSubmitted(
        **about,
        score=str(attempt.score),
        max_score=str(attempt.max_score),
        is_abandoned=attempt.status == AttemptStatus.ABANDONED,
    )
    record(submitted, by=None, at=attempt.ended_at or attempt.started_at)
