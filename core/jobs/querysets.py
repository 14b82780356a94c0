"""Lists of jobs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from core.policies import Person


class JobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "Person") -> Self:
        """One's own; everybody's for whoever runs the platform."""
        if not user.is_authenticated:
            return self.none()
        return self if getattr(user, "is_staff", False) else self.filter(owner=user)

    def queued(self) -> Self:
        return self.filter(status="queued")

    def due(self, at: datetime) -> Self:
        return self.queued().filter(due_at__lte=at)

    def live(self) -> Self:
        return self.filter(status__in=("queued", "running"))

    def abandoned(self, at: datetime) -> Self:
        """Their worker was silent for longer than its lease."""
        return self.filter(status="running", lease_until__lte=at)

    def run(self, job_id: UUID, attempt: int) -> Self:
        """The job, as long as this attempt is the one that may write to it."""
        return self.filter(pk=job_id, attempt=attempt, status="running")

    def locked_or_skipped(self) -> Self:
        """Locks what it reads, and leaves out what somebody else has locked."""
        return self.select_for_update(skip_locked=True, of=("self",))
