"""A worker that keeps beat ends with it, so that whoever restarts workers restarts both.

Celery starts beat beside such a worker once. Were it to die alone, no sweep would run any more.
"""

import logging
import os
from typing import Any

from celery.signals import worker_ready
from celery.worker import state

LOOK_SECONDS = 5

logger = logging.getLogger(__name__)


@worker_ready.connect
def watch_beat(sender: Any, **_: object) -> None:
    worker = sender.controller
    if worker.beat is not None:
        worker.timer.call_repeatedly(LOOK_SECONDS, end_with_beat, (worker,))


def end_with_beat(worker: Any) -> None:
    """Tasks under way are finished first, as at any stop."""
    if state.should_stop is None and not worker.beat.is_alive():
        logger.error("beat has ended, and so does its worker")
        state.should_stop = os.EX_SOFTWARE  # type: ignore[assignment]  # Celery starts it as None.
