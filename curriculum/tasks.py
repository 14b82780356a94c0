"""What workers do for curriculum."""

from celery import shared_task

from core.clock import now
from curriculum.actions.github_connections import forget_attempts


@shared_task(name="curriculum.github.purge")
def purge_github() -> None:
    forget_attempts(at=now())
