"""Telling whoever follows a job that it moved: pages by a hint, waiting requests by a message."""

from functools import partial

from django.db import transaction

from core.jobs.models import Job
from core.jobs.waiting import wake
from core.live.hints import send_hint

TOPIC = "jobs"


def announce(job: Job) -> None:
    """After commit. Whoever misses it finds the row."""
    if job.owner_id is not None:
        data = {"id": str(job.pk), "kind": job.kind, "status": job.status, "progress": job.progress}
        send_hint(user_id=job.owner_id, topic=TOPIC, data=data)
    if job.is_over:
        transaction.on_commit(partial(wake, job.pk))
