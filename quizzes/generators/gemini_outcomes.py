"""How the last request fared, for the health board: kept a while, and lost without harm."""

from __future__ import annotations

from django.core.cache import cache

KEY = "quizzes:gemini:outcome"
KEPT_SECONDS = 3600


def note_outcome(outcome: str) -> None:
    """`answered`, `away` or `refused`."""
    cache.set(KEY, outcome, timeout=KEPT_SECONDS)


def last_outcome() -> str:
    return str(cache.get(KEY) or "")
