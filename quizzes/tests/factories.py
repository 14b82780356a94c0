"""A little quiz, and what is right in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from accounts.tests.factories import UserFactory
from core.clock import now
from questions.kinds import kind_of
from questions.tests.factories import make_question
from quizzes.actions.attempts import start_attempt
from quizzes.actions.authoring import Asked, make_quiz, publish_quiz, set_questions
from quizzes.models import Attempt, AttemptQuestion, Quiz


def make_published_quiz(
    types: Sequence[str] = ("SINGLE", "TRUE_FALSE"), *, author: User | None = None, **facts: Any
) -> Quiz:
    author = author or UserFactory(trainer=True)
    quiz = make_quiz(**{"title": "A little quiz", **facts}, by=author, at=now())
    asked = [Asked(make_question(each, owner=author)) for each in types]
    set_questions(quiz, asked=asked, by=author, at=now())
    return publish_quiz(quiz, by=author, at=now())


def right(asked: AttemptQuestion) -> Any:
    """An answer with full marks."""
    return kind_of(asked.version.type).right_response(asked.version.material)


def begin(quiz: Quiz, taker: User, *, seed: int = 3) -> Attempt:
    return start_attempt(quiz, by=taker, at=now(), seed=seed)[0]
