"""Ending attempts that were left alone or overtaken by closing, on what was saved in them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from quizzes.actions.attempts import submit_attempt
from quizzes.models import Attempt
from quizzes.querysets import AttemptQuerySet

ABANDON = "quizzes.abandon"
BATCH = 200
MOST_BATCHES = 50

logger = structlog.get_logger(__name__)


def abandon_left_alone(*, at: datetime) -> int:
    """Each by itself: one that somebody writes in is left alone, and one that fails stops no other.

    Those that a closing quiz has overtaken are handed in.

    Says how many ended. Those of one run that failed are tried again by the next.
    """
    ended = 0
    failed: set[UUID] = set()
    for _round in range(MOST_BATCHES):
        waiting = _waiting(at).exclude(pk__in=failed).order_by("saved_at")
        batch = list(waiting.values_list("pk", flat=True)[:BATCH])
        if not batch:
            break
        for key in batch:
            if _abandon(key, at=at):
                ended += 1
            else:
                failed.add(key)
    return ended


def _waiting(at: datetime) -> AttemptQuerySet:
    return Attempt.objects.left_alone(at) | Attempt.objects.overtaken(at)


def _abandon(key: UUID, *, at: datetime) -> bool:
    try:
        with transaction.atomic():
            free = _waiting(at).select_for_update(skip_locked=True, of=("self",))
            attempt = free.select_related("quiz").filter(pk=key).first()
            if attempt is None:
                return False
            submit_attempt(attempt, at=at, is_abandoned=not attempt.quiz.has_told(at))
    except Exception:
        logger.exception("attempt not abandoned", attempt=str(key))
        return False
    return True
