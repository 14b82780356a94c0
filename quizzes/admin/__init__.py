"""Quizzes, rules, attempts and generations in the admin."""

from quizzes.admin import generation, quizzes

__all__ = ["generation", "quizzes"]
