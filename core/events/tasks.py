"""What workers do about events."""

from celery import shared_task
from django.conf import settings

from core.clock import now
from core.events import actions


@shared_task(name=actions.DELIVER)
def deliver(delivery_ids: list[int]) -> None:
    for delivery_id in delivery_ids:
        actions.deliver(delivery_id, at=now())


@shared_task(name=actions.SWEEP)
def sweep() -> None:
    actions.hand_out_missed(at=now())


@shared_task(name="core.events.purge")
def purge() -> None:
    actions.purge(at=now(), keep_days=settings.EVENT_KEEP_DAYS)
