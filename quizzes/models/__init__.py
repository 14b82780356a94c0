"""Quizzes, attempts at them, and what a generator made."""

from quizzes.models.attempts import Attempt, AttemptQuestion, AttemptStatus
from quizzes.models.generation import (
    GeneratedQuestion,
    Generation,
    GenerationState,
    GenerationType,
)
from quizzes.models.quizzes import DrawRule, Feedback, Quiz, QuizQuestion, QuizStatus

__all__ = [
    "Attempt",
    "AttemptQuestion",
    "AttemptStatus",
    "DrawRule",
    "Feedback",
    "GeneratedQuestion",
    "Generation",
    "GenerationState",
    "GenerationType",
    "Quiz",
    "QuizQuestion",
    "QuizStatus",
]
