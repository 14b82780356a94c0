"""Attempts at quizzes, for the list of all that somebody has attempted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from quizzes.api.shapes import attempt_facts
from quizzes.models import Attempt
from quizzes.rules import may_tell_results


def of(user: Any) -> QuerySet[Attempt]:
    return Attempt.objects.filter(student=user)


def facts_of(keys: Sequence[str], at: datetime) -> Mapping[str, Mapping[str, object]]:
    attempts = Attempt.objects.filter(pk__in=keys).select_related("quiz")
    return {str(attempt.pk): _facts(attempt, at) for attempt in attempts}


def _facts(attempt: Attempt, at: datetime) -> Mapping[str, object]:
    quiz = attempt.quiz
    tells = may_tell_results(
        feedback=quiz.feedback, is_open=attempt.is_open, closes_at=quiz.closes_at, at=at
    )
    facts = attempt_facts(attempt, tells=tells)
    return {"of": facts.pop("quiz"), **facts}
