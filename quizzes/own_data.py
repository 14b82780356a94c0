"""What quizzes keep of a person: what they get a copy of, and what goes when they do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import now
from core.personal_data import Document, PersonalData
from questions.kinds import QuestionType, kind_of
from quizzes.models import Attempt, AttemptQuestion, Generation, Quiz, QuizStatus
from quizzes.standing import tells

AT_ONCE = 100
GENERATION = (
    *("type", "wish", "source_text", "state", "provider", "model", "requests", "tokens_in"),
    *("tokens_out", "cost", "asked_count", "saved_count", "created_at", "ended_at"),
)


def collect(user: User) -> Iterator[Document]:
    attempts = (
        Attempt.objects.filter(student=user)
        .select_related("quiz")
        .prefetch_related("questions__version__choices")
        .order_by("started_at")
    )
    at = now()
    rows = attempts.iterator(chunk_size=AT_ONCE)
    yield Document("learning/quizzes.json", (_attempt(each, at) for each in rows))
    quizzes = (
        Quiz.objects.filter(author=user)
        .select_related("track", "project")
        .prefetch_related("quiz_questions", "draw_rules__subject")
        .order_by("pk")
    )
    yield Document("teaching/quizzes.json", map(_quiz, quizzes.iterator(chunk_size=AT_ONCE)))
    generations = Generation.objects.filter(owner=user).values(*GENERATION)
    yield Document("teaching/generations.json", generations.iterator())


def erase(user: User, at: datetime) -> None:
    """Attempts go with the row of the person; sums over all answers name nobody and stay."""
    drafts = Quiz.objects.filter(author=user, status=QuizStatus.DRAFT, editors=None, attempts=None)
    drafts.delete()


PERSONAL_DATA = PersonalData(
    label=_("Gathering your quizzes"),
    collect=collect,
    erase=erase,
    goes=[
        _("Your attempts at quizzes, with every answer."),
        _("Drafts of quizzes that you write alone, and what you asked generators for."),
    ],
    stays=[_("Quizzes that you published, without your name.")],
)


def _attempt(attempt: Attempt, at: datetime) -> dict[str, Any]:
    """What one gave; how it was marked only once its page may tell that too."""
    is_told = tells(attempt, quiz=attempt.quiz, at=at)
    return {
        "quiz": attempt.quiz.title,
        "number": attempt.number,
        "status": attempt.status,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "score": attempt.score if is_told else None,
        "max_score": attempt.max_score,
        "answers": [_answer(each, is_told=is_told) for each in attempt.questions.all()],
    }


def _answer(asked: AttemptQuestion, *, is_told: bool) -> dict[str, Any]:
    return {
        "question": asked.version.text,
        "response": _in_words(asked),
        "saved_at": asked.saved_at,
        "flagged": asked.is_flagged,
        "marks": asked.marks,
        "score": asked.score if is_told else None,
        "feedback": asked.feedback if is_told else "",
    }


def _in_words(asked: AttemptQuestion) -> Any:
    """What was chosen is named by its words: its number says nothing elsewhere."""
    version, response = asked.version, asked.response
    if response and kind_of(version.type).has_choices:
        texts = {choice.pk: choice.text for choice in version.choices.all()}
        return [texts.get(key) for key in response]
    if response and version.type == QuestionType.MATCHING:
        left, right = (
            {each["id"]: each["text"] for each in version.body[side]} for side in ("left", "right")
        )
        return {left.get(key): right.get(name) for key, name in response.items()}
    return response


def _quiz(quiz: Quiz) -> dict[str, Any]:
    return {
        "title": quiz.title,
        "description": quiz.description,
        "status": quiz.status,
        "track": quiz.track.code if quiz.track else None,
        "project": quiz.project.title if quiz.project else None,
        "feedback": quiz.feedback,
        "pass_percent": quiz.pass_percent,
        "opens_at": quiz.opens_at,
        "closes_at": quiz.closes_at,
        "published_at": quiz.published_at,
        "questions": [each.question_id for each in quiz.quiz_questions.all()],
        "rules": [
            {"subject": rule.subject.code, "count": rule.count, "difficulty": rule.difficulty}
            for rule in quiz.draw_rules.all()
        ],
    }
