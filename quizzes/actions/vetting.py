"""Standing for what AI made: nothing of it reaches a student before a named person has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.errors import Missing
from core.events.actions import record
from questions.models import Question, QuestionStatus, QuestionVersion
from quizzes.errors import AskedOfStudents, NotVetted
from quizzes.events import QuestionsVetted
from quizzes.models import GeneratedQuestion, Quiz

TOLD_LENGTH = 160


@transaction.atomic
def vet_question(item: GeneratedQuestion, *, is_sound: bool, by: User, at: datetime) -> None:
    """A trainer has looked at it and stands for it, also where a second look disagreed.

    It is not taken back of what students are asked.
    """
    if not GeneratedQuestion.objects.select_for_update().filter(pk=item.pk).exists():
        raise Missing
    if not is_sound and Quiz.objects.published().asking(item.question_id).exists():
        raise AskedOfStudents
    item.vetted_at, item.vetted_by = (at, by) if is_sound else (None, None)
    item.save(update_fields=["vetted_at", "vetted_by"])
    record(QuestionsVetted(questions=[item.question_id], is_sound=is_sound), by=by, at=at)


def release_questions(
    quiz: Quiz, *, by: User | None, at: datetime, accepting: Collection[int] = ()
) -> None:
    """From now on students may be asked what stands in it: `by` stands for what AI made of it.

    Where a second look disagrees somebody has decided before, or `by` does now: `accepting` names
    the questions whose keys they stand for. To be called in a transaction that holds the quiz.
    """
    made = GeneratedQuestion.objects.in_quiz(quiz).select_for_update(of=("self",)).order_by("pk")
    items = list(made.select_related("question"))
    waiting = [item for item in items if item.is_unsettled and item.question_id not in accepting]
    if waiting:
        raise NotVetted(said_of(len(waiting)), questions=_told(waiting))
    _vouch([item for item in items if item.vetted_at is None], quiz=quiz, by=by, at=at)
    drafts = Question.objects.filter(quiz_questions__quiz=quiz, status=QuestionStatus.DRAFT)
    drafts.update(status=QuestionStatus.READY, edited_at=at)


def said_of(waiting: int) -> str:
    """What a person is told of so many that wait for a decision."""
    return ngettext(
        "A second look disagrees with the key of %(n)d question, and nobody has decided yet.",
        "A second look disagrees with the keys of %(n)d questions, and nobody has decided yet.",
        waiting,
    ) % {"n": waiting}


def _vouch(
    items: Sequence[GeneratedQuestion], *, quiz: Quiz, by: User | None, at: datetime
) -> None:
    if not items:
        return
    if by is None:
        raise NotVetted(_("Only a named person can stand for what AI made."))
    keys = [item.pk for item in items]
    GeneratedQuestion.objects.filter(pk__in=keys).update(vetted_at=at, vetted_by=by)
    questions = [item.question_id for item in items]
    record(QuestionsVetted(questions=questions, is_sound=True, quiz_id=quiz.pk), by=by, at=at)


def _told(waiting: Sequence[GeneratedQuestion]) -> list[dict[str, Any]]:
    keys = [item.question_id for item in waiting]
    newest = QuestionVersion.objects.newest().filter(question__in=keys)
    texts = dict(newest.values_list("question_id", "text"))
    return [
        {
            "id": item.question_id,
            "question_text": texts[item.question_id][:TOLD_LENGTH],
            "second_look": item.second_opinion,
        }
        for item in waiting
    ]
