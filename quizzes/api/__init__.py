"""Quizzes for callers."""
