"""Two requests at the same moment, so that a race test can show its fault and then its cure."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.db import connection
from django.db.models import QuerySet

PATIENCE_SECONDS = 0.5


class Meeting:
    """Where all wait for one another, between looking and writing.

    With a lock in force only one gets here at a time, and goes on alone after a moment.
    """

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)

    def wait(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(PATIENCE_SECONDS)


def at_once(*steps: Callable[[], Any]) -> list[Any]:
    """What each step returned or raised, each in a thread and a connection of its own."""
    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(_outcome, steps))


def take_locks_off(monkeypatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


def _outcome(step: Callable[[], Any]) -> Any:
    try:
        return step()
    except Exception as error:  # noqa: BLE001  (the test looks at it)
        return error
    finally:
        connection.close()
