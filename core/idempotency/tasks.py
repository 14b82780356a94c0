"""Forgetting answers whose time is over."""

from celery import shared_task

from core.clock import now
from core.idempotency import actions


@shared_task(name="core.idempotency.purge")
def purge() -> None:
    actions.purge_calls(at=now())
