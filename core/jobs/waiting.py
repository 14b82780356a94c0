"""Requests that wait for a job's end: woken by a message, with a look at the row now and then."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from time import monotonic, sleep
from uuid import UUID

from django.conf import settings
from django.db import transaction
from redis import RedisError
from redis.client import PubSub

from core.broker import SECONDS, broker
from core.jobs.models import Job

logger = logging.getLogger(__name__)

# The message may get lost, so the row is looked at from time to time.
LOOK_SECONDS = 2.0

Listen = Callable[[float], None]


def wait_for_end(job: Job, *, seconds: float) -> Job:
    """The job as it is when it ends, or after so many seconds.

    Each waiting request holds a thread, so only a few may wait at a time; the others get the job
    as it is. Inside a transaction nobody waits: it would be held open, and see nothing new.
    """
    if job.is_over or seconds <= 0 or transaction.get_connection().in_atomic_block:
        return job
    places = _places()
    if not places.acquire(blocking=False):
        return job
    try:
        with _listening(job.pk) as listen:
            return _wait(job, listen, until=monotonic() + seconds)
    finally:
        places.release()


def wake(job_id: UUID) -> None:
    """Never raises: those who wait look at the row by themselves."""
    try:
        broker().publish(_channel(job_id), "over")
    except (RedisError, OSError) as error:
        logger.debug("Nobody was woken: %s", error)


def _wait(job: Job, listen: Listen, *, until: float) -> Job:
    while True:
        # After the subscription, so that an end between the two is not missed.
        job.refresh_from_db()
        left = until - monotonic()
        if job.is_over or left <= 0:
            return job
        listen(min(left, LOOK_SECONDS))


@contextmanager
def _listening(job_id: UUID) -> Iterator[Listen]:
    messages = broker().pubsub(ignore_subscribe_messages=True)
    try:
        messages.subscribe(_channel(job_id))
        messages.get_message(timeout=SECONDS)
        is_heard = True
    except (RedisError, OSError):
        is_heard = False
    try:
        yield partial(_hear, messages) if is_heard else sleep
    finally:
        with suppress(RedisError, OSError):
            messages.close()


def _hear(messages: PubSub, seconds: float) -> None:
    try:
        messages.get_message(timeout=seconds)
    except (RedisError, OSError):
        sleep(seconds)


def _channel(job_id: UUID) -> str:
    return f"apranova.jobs.{job_id}"


@cache
def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(settings.JOB_WAITING_REQUESTS)
