"""The quizzes in which a question stands, and what of AI nobody has looked at."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import User
from questions.uses import Use
from quizzes.models import GeneratedQuestion, Quiz

MOST = 30


def quizzes_with(user: User, question: int) -> Sequence[Use]:
    found = Quiz.objects.visible_to(user).filter(quiz_questions__question=question)
    return [
        Use(quiz.title, reverse("quiz", args=[quiz.pk]), str(quiz.get_status_display()))
        for quiz in found.order_by("title", "pk")[:MOST]
    ]


def unvetted_among(keys: Sequence[int]) -> set[int]:
    """Of what AI made: nobody has edited them, and nobody stands for them."""
    unvetted = GeneratedQuestion.objects.unvetted()
    return set(unvetted.filter(question__in=keys).values_list("question_id", flat=True))
