"""What workers do about files."""

from celery import shared_task

from core.clock import now
from core.files import actions


@shared_task(name="core.files.purge")
def purge() -> None:
    actions.purge(at=now())
