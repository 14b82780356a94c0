"""What workers do for health: leave their mark."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from core.clock import now
from core.health.heartbeat import record_heartbeat


@shared_task(name="core.health.heartbeat")
def heartbeat(queue: str) -> None:
    record_heartbeat(queue, at=now())


@worker_ready.connect(dispatch_uid="core.health")
def _leave_first_mark(sender: Any, **_: object) -> None:
    """So that nobody calls a worker dead until beat first asks it."""
    for queue in sender.task_consumer.queues:
        record_heartbeat(queue.name, at=now())
