"""Quizzes, rules and attempts in the admin."""

from quizzes.admin import quizzes

__all__ = ["quizzes"]
