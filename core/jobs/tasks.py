"""What workers do about jobs."""

from uuid import UUID

from celery import shared_task
from django.conf import settings

from core.clock import now
from core.jobs import actions
from core.jobs.running import run_job


@shared_task(name=actions.RUN)
def run(job_id: str) -> None:
    run_job(UUID(job_id))


@shared_task(name=actions.REAP)
def reap() -> None:
    actions.reap(at=now())


@shared_task(name="core.jobs.purge")
def purge() -> None:
    actions.purge(at=now(), keep_days=settings.JOB_KEEP_DAYS)
