"""Subjects, questions, imports and statistics in the admin."""

from questions.admin import bank, imports, subjects

__all__ = ["bank", "imports", "subjects"]
