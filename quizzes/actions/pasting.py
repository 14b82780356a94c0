"""Making questions of what was pasted, and putting them into a quiz."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid
from questions.actions.saving import add_question
from questions.models import Chapter, Question, QuestionStatus, Subject
from quizzes.actions.listing import add_questions
from quizzes.models import Quiz, QuizStatus
from quizzes.pasting import Understood

MOST_PASTED = 100
_BITS = 32


@transaction.atomic
def paste_questions(
    quiz: Quiz,
    *,
    understood: Sequence[Understood],
    subject: Subject | None,
    chapter: Chapter | None,
    by: User,
    at: datetime,
    seed: int,
) -> int:
    """The sound ones, at the end of the quiz; those that are in the bank already are not doubled.

    Drafts as long as the quiz is one: publishing it vets them. Says how many came in.
    """
    sound = [each for each in understood if each.is_sound]
    if len(sound) > MOST_PASTED:
        most = _("Paste at most %(n)d questions at once.") % {"n": MOST_PASTED}
        raise Invalid(None, text=[most])
    is_published = quiz.status == QuizStatus.PUBLISHED
    status = QuestionStatus.READY if is_published else QuestionStatus.DRAFT
    chance = random.Random(seed)  # noqa: S311 (an order, not a secret)
    known = Question.objects.in_bulk([each.planned.question for each in sound])
    questions = [
        known.get(each.planned.question)
        or add_question(
            outline=each.planned.sound.outline,
            facts=each.planned.facts,
            owner=by,
            subject=subject,
            chapter=chapter,
            status=status,
            at=at,
            seed=chance.getrandbits(_BITS),
        )
        for each in sound
        if each.planned.question or not each.is_known
    ]
    return add_questions(quiz, questions=questions, by=by, at=at)
