"""Signs of life of the workers, by queue: beat sends a task, a worker that takes it leaves a mark.

So one mark stands for all of beat, broker and a worker that still gets things done. A queue whose
every process is busy for long looks the same as a dead one: in both, work waits.
"""

from datetime import datetime, timedelta

from django.conf import settings

from core.broker import broker

_MARKS = "apranova:heartbeats"


def record_heartbeat(queue: str, *, at: datetime) -> None:
    broker().hset(_MARKS, queue, at.timestamp())


def heartbeat_ages(*, at: datetime) -> dict[str, timedelta | None]:
    """How long ago each queue's workers were last heard of; None where they never were."""
    marks: dict[str, str] = broker().hgetall(_MARKS)  # type: ignore[assignment]
    return {queue: _age(marks.get(queue), at) for queue in settings.QUEUES}


def _age(mark: str | None, at: datetime) -> timedelta | None:
    if mark is None:
        return None
    return max(timedelta(0), timedelta(seconds=at.timestamp() - float(mark)))
