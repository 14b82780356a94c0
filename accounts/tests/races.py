"""Two requests at the same moment, so that a race test can show its fault and then its cure."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from django.db.models import QuerySet

PATIENCE_SECONDS = 60.0
HELD_UP_BY_THIS_SESSION = """
    SELECT count(*) FROM pg_locks
    WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


class Meeting:
    """Where all wait for one another, between looking and writing.

    With a lock in force only one gets here at a time: it goes on as soon as others wait for it.
    """

    def __init__(self, parties: int) -> None:
        self._parties = parties
        self._arrived = 0
        self._all_here = threading.Event()
        self._counting = threading.Lock()

    def wait(self) -> None:
        with self._counting:
            self._arrived += 1
            if self._arrived == self._parties:
                self._all_here.set()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._all_here.wait(0.01) and not is_somebody_held_up():
            assert time.monotonic() < deadline, "nobody else came, and nobody waits"


def at_once(*steps: Callable[[], Any]) -> list[Any]:
    """What each step returned or raised, each in a thread and a connection of its own."""
    start = threading.Barrier(len(steps))
    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(lambda step: _outcome(step, start), steps))


def take_locks_off(monkeypatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


def is_somebody_held_up() -> bool:
    """Whether anybody waits for a lock of this session: others' locks, as vacuum's, say nothing."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_UP_BY_THIS_SESSION)
        return bool(cursor.fetchone()[0])


def _outcome(step: Callable[[], Any], start: threading.Barrier) -> Any:
    try:
        connection.ensure_connection()
        start.wait(PATIENCE_SECONDS)
        return step()
    except Exception as error:  # noqa: BLE001  (the test looks at it)
        return error
    finally:
        connection.close()
