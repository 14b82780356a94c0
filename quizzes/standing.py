"""Where a student stands with quizzes: what is open, what was reached, what may be told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from accounts.roles import TEACHING
from core.errors import DomainError
from curriculum.models import Enrollment, Track
from quizzes.entry import why_none_left, why_not_on_track, why_not_open
from quizzes.models import Attempt, Feedback, Quiz
from quizzes.rules import may_tell_results


@dataclass(frozen=True)
class Standing:
    """One student and one quiz. `attempts` are all of them, the first one first."""

    quiz: Quiz
    attempts: Sequence[Attempt]
    refusal: DomainError | None
    at: datetime

    @property
    def open_attempt(self) -> Attempt | None:
        return next((each for each in self.attempts if each.is_open), None)

    @property
    def ended(self) -> list[Attempt]:
        return [each for each in self.attempts if not each.is_open]

    @property
    def told(self) -> list[Attempt]:
        """Those whose score its student may know."""
        return [each for each in self.attempts if tells(each, quiz=self.quiz, at=self.at)]

    @property
    def last(self) -> Attempt | None:
        return self.told[-1] if self.told else None

    @property
    def best(self) -> Attempt | None:
        return max(self.told, key=lambda each: each.percentage or 0, default=None)

    @property
    def left(self) -> int | None:
        """How many more one may begin; None for as many as one likes."""
        if self.quiz.attempts_allowed is None:
            return None
        return max(0, self.quiz.attempts_allowed - len(self.attempts))

    @property
    def may_begin(self) -> bool:
        return self.refusal is None

    @property
    def is_over(self) -> bool:
        return self.open_attempt is None and self.quiz.has_closed(self.at)


def tells(attempt: Attempt, *, quiz: Quiz, at: datetime) -> bool:
    return may_tell_results(
        feedback=quiz.feedback, is_open=attempt.is_open, closes_at=quiz.closes_at, at=at
    )


def has_passed(attempt: Attempt, quiz: Quiz) -> bool:
    """What waits for a person may still change it."""
    return attempt.percentage is not None and attempt.percentage >= quiz.pass_percent


def results_at(quiz: Quiz) -> datetime | None:
    return quiz.closes_at if quiz.feedback == Feedback.AFTER_CLOSING else None


def standings(
    quizzes: Sequence[Quiz], *, student: User, at: datetime, on: Collection[int] | None = None
) -> list[Standing]:
    """Two queries, however many quizzes there are; one, if `tracks_on` was asked already."""
    on = tracks_on(student, at=at) if on is None else on
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for each in Attempt.objects.filter(student=student, quiz__in=quizzes).order_by("number"):
        attempts[each.quiz_id].append(each)
    for quiz in quizzes:
        for each in attempts[quiz.pk]:
            each.quiz = quiz
    return [_standing(quiz, attempts[quiz.pk], on=on, at=at) for quiz in quizzes]


def standing_of(quiz: Quiz, *, student: User, at: datetime) -> Standing:
    return standings([quiz], student=student, at=at)[0]


def tracks_on(student: User, *, at: datetime) -> set[int]:
    """Those on which one may take quizzes: for whoever teaches, all."""
    if student.role in TEACHING:
        return set(Track.objects.values_list("pk", flat=True))
    own = Enrollment.objects.with_access(at).filter(student=student)
    return set(own.values_list("track", flat=True))


def _standing(
    quiz: Quiz, attempts: Sequence[Attempt], *, on: Collection[int], at: datetime
) -> Standing:
    refusal = (
        why_not_open(quiz, at=at)
        or why_not_on_track(quiz, on=on)
        or why_none_left(quiz, used=len(attempts))
    )
    if any(each.is_open for each in attempts):
        refusal = None
    return Standing(quiz, attempts, refusal, at)
