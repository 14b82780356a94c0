"""Lists of deliveries."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from core.events.models import EventDelivery  # noqa: F401  (named in a text below)


class EventDeliveryQuerySet(models.QuerySet["EventDelivery"]):
    def waiting(self) -> Self:
        return self.filter(delivered_at=None, given_up_at=None)

    def given_up(self) -> Self:
        return self.filter(given_up_at__isnull=False)

    def due(self, at: datetime) -> Self:
        return self.waiting().filter(due_at__lte=at)

    def locked_or_skipped(self) -> Self:
        """Locks what it reads, and leaves out what somebody else has locked."""
        return self.select_for_update(skip_locked=True, of=("self",))
