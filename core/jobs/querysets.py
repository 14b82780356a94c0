"""Lists of jobs."""

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models

from core.jobs.states import LIVE, JobStatus

if TYPE_CHECKING:
    from core.jobs.models import Job  # noqa: F401  (named in a text below)
    from core.policies import Person


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: "Person") -> Self:
        """One's own; everybody's for whoever runs the platform."""
        if not user.is_authenticated:
            return self.none()
        return self if getattr(user, "is_staff", False) else self.filter(owner=user)

    def queued(self) -> Self:
        return self.filter(status=JobStatus.QUEUED)

    def due(self, at: datetime) -> Self:
        return self.queued().filter(due_at__lte=at)

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def abandoned(self, at: datetime) -> Self:
        """Their worker was silent for longer than its lease."""
        return self.filter(status=JobStatus.RUNNING, lease_until__lte=at)

    def run(self, job_id: UUID, attempt: int) -> Self:
        """The job, as long as this attempt is the one that may write to it."""
        return self.filter(pk=job_id, attempt=attempt, status=JobStatus.RUNNING)

    def locked_or_skipped(self) -> Self:
        """Locks what it reads, and leaves out what somebody else has locked."""
        return self.select_for_update(skip_locked=True, of=("self",))
