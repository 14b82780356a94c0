"""What the editor does to a question as a whole, and what is done to many at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from questions.actions.saving import (
    Facts,
    facts_in,
    place_question,
    retire_question,
    revise_question,
)
from questions.kinds import Outline
from questions.models import Chapter, Origin, Question, QuestionStatus, QuestionVersion, Subject


@transaction.atomic
def edit_question(
    question: Question,
    *,
    outline: Outline,
    facts: Facts,
    placing: dict[str, Any],
    by: User,
    at: datetime,
    seed: int,
    based_on: int | None,
) -> QuestionVersion:
    """What it says and where it belongs, both or neither."""
    version = revise_question(
        question, outline=outline, facts=facts, by=by, at=at, seed=seed, based_on=based_on
    )
    place_question(question, **placing, at=at)
    return version


def restore_version(
    question: Question, version: QuestionVersion, *, by: User, at: datetime, seed: int
) -> QuestionVersion:
    """What it once said, as its newest version."""
    return revise_question(
        question,
        outline=version.material,
        facts=facts_in(version),
        by=by,
        at=at,
        seed=seed,
        origin=Origin.EDITOR,
    )


@transaction.atomic
def place_many(
    questions: Iterable[Question], *, subject: Subject | None, chapter: Chapter | None, at: datetime
) -> int:
    return _placed(questions, at=at, subject=subject, chapter=chapter)


@transaction.atomic
def mark_ready(questions: Iterable[Question], *, at: datetime) -> int:
    """Ready to be asked, whatever they were."""
    return _placed(questions, at=at, status=QuestionStatus.READY)


@transaction.atomic
def retire_many(questions: Iterable[Question], *, by: User, at: datetime) -> int:
    chosen = _locked(questions)
    for question in chosen:
        retire_question(question, by=by, at=at)
    return len(chosen)


def _placed(questions: Iterable[Question], *, at: datetime, **changes: Any) -> int:
    keys = [question.pk for question in _locked(questions)]
    return Question.objects.filter(pk__in=keys).update(edited_at=at, **changes)


def _locked(questions: Iterable[Question]) -> list[Question]:
    """In one order, so that two who change many do not wait for each other."""
    rows = Question.objects.filter(pk__in=[question.pk for question in questions])
    return list(rows.select_for_update().order_by("pk"))
