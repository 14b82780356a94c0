"""Jobs in figures."""

from datetime import datetime

from django.db.models import Count, Min

from core.jobs.models import Job
from core.jobs.states import JobStatus


def jobs_by_status() -> dict[str, int]:
    """How many jobs are in which state, of those that are kept; every state is named."""
    counted = dict(Job.objects.values_list("status").annotate(Count("pk")).order_by())
    return {status: counted.get(status, 0) for status in JobStatus.values}


def oldest_queued_job() -> datetime | None:
    """Since when the queued job that waits longest could have been run."""
    return Job.objects.queued().aggregate(oldest=Min("due_at"))["oldest"]
