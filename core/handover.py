"""Tells a worker, after commit, that a row waits for it.

The row is the truth and the message only a hint: where the broker cannot be had, the request goes
on, and a sweep tells a worker later.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import models, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from core.celery import app

logger = logging.getLogger(__name__)

BROKER_ERRORS = (OperationalError, RedisError, OSError)
# After a failure the broker is left alone for so long, so that requests do not queue up behind
# its time-outs one by one.
SILENCE_SECONDS = 5.0


class WaitingRow(models.Model):
    """A row that a worker takes care of: not before `due_at`, reminded of at `remind_at`."""

    due_at = models.DateTimeField()
    remind_at = models.DateTimeField()

    class Meta:
        abstract = True

    def put_off(self, moment: datetime) -> None:
        self.due_at = self.remind_at = moment


def patience() -> timedelta:
    """How long a worker may take until it is reminded, or its silence counts as death."""
    return timedelta(seconds=settings.HANDOVER_PATIENCE_SECONDS)


def hand_over_after_commit(task: str, *args: Any, **options: Any) -> None:
    transaction.on_commit(partial(hand_over, task, *args, **options))


def hand_over(task: str, *args: Any, **options: Any) -> bool:
    """Send the task by its name. Never raises and never waits for long for the broker."""
    return _broker.send(partial(app.send_task, task, args=args, retry=False, **options))


def take_missed(rows: models.QuerySet[Any], *, at: datetime, limit: int) -> list[Any]:
    """The primary keys of waiting rows that a worker must be told of (again), oldest first.

    Whoever was reminded of moves to the end of the line, so that a long queue starves nobody.
    """
    with transaction.atomic():
        missed = rows.filter(remind_at__lte=at).order_by("remind_at")
        keys = list(
            missed.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[
                :limit
            ]
        )
        rows.filter(pk__in=keys).update(remind_at=at + patience())
    return keys


class _Broker:
    """Remembers that the broker is away, per process: to log it once and to stop knocking."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent_until = 0.0
        self._is_away = False

    def send(self, publish: Callable[[], object]) -> bool:
        if time.monotonic() < self._silent_until:
            return False
        try:
            publish()
        except BROKER_ERRORS as error:
            self._note_absence(error)
            return False
        self._note_return()
        return True

    def _note_absence(self, error: Exception) -> None:
        with self._lock:
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            was_away, self._is_away = self._is_away, True
        if not was_away:
            logger.warning("The broker cannot be had (%s); sweeps will hand over later.", error)

    def _note_return(self) -> None:
        if not self._is_away:
            return
        with self._lock:
            self._is_away = False
        logger.info("The broker is back.")


_broker = _Broker()
