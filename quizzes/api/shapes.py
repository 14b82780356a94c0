"""How attempts look to callers: keys only where they may be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from questions.api.shapes import key_shape, student_shape
from quizzes import standing
from quizzes.models import Attempt, AttemptQuestion


def attempt_shape(attempt: Attempt, *, by: Any, at: datetime) -> dict[str, Any]:
    """The attempt with its questions; what is right and why only once that may be known.

    Flags are a student's own: nobody else is told of them.
    """
    tells = standing.tells(attempt, quiz=attempt.quiz, at=at)
    is_own = attempt.student_id == by.pk
    asked = list(attempt.questions.all())
    return {
        **attempt_facts(attempt, tells=tells),
        "questions": [question_shape(each, tells=tells, is_own=is_own) for each in asked],
        "saved_answers": {
            str(each.question_id): {"response": each.response, "revision": each.revision}
            for each in asked
            if each.saved_at is not None
        },
    }


def attempt_facts(attempt: Attempt, *, tells: bool) -> dict[str, Any]:
    quiz = attempt.quiz
    score = float(attempt.score) if tells and attempt.score is not None else None
    percentage = attempt.percentage if tells else None
    return {
        "id": str(attempt.pk),
        "quiz": quiz.pk,
        "title": quiz.title,
        "number": attempt.number,
        "status": attempt.status,
        "started_at": attempt.started_at,
        "submitted_at": attempt.ended_at,
        "score": score,
        "max_score": float(attempt.max_score),
        "percentage": percentage,
        "passed": None if percentage is None else standing.has_passed(attempt, quiz),
        "pending_count": attempt.pending_count,
        "results_at": standing.results_at(quiz),
    }


def question_shape(asked: AttemptQuestion, *, tells: bool, is_own: bool) -> dict[str, Any]:
    shape = student_shape(asked.version, deal=asked.dealt, marks=asked.marks, order=asked.position)
    if is_own:
        shape["flagged"] = asked.is_flagged
    if tells or asked.locked_at is not None:
        shape |= told_shape(asked)
    return shape


def told_shape(asked: AttemptQuestion) -> dict[str, Any]:
    return {
        "response": asked.response,
        "score": None if asked.score is None else float(asked.score),
        "is_correct": asked.is_correct,
        **({"feedback": asked.feedback} if asked.feedback else {}),
        **key_shape(asked.version),
    }
