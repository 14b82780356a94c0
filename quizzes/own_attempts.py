"""Attempts at quizzes, for the list of all that somebody has attempted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from quizzes.api.shapes import attempt_facts
from quizzes.models import Attempt
from quizzes.standing import tells


def of(user: Any) -> QuerySet[Attempt]:
    return Attempt.objects.filter(student=user)


def facts_of(keys: Sequence[str], at: datetime) -> Mapping[str, Mapping[str, object]]:
    attempts = Attempt.objects.filter(pk__in=keys).select_related("quiz")
    return {str(attempt.pk): _facts(attempt, at) for attempt in attempts}


def _facts(attempt: Attempt, at: datetime) -> Mapping[str, object]:
    facts = attempt_facts(attempt, tells=tells(attempt, quiz=attempt.quiz, at=at))
    return {"of": facts.pop("quiz"), **facts}
