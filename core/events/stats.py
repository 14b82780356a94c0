"""The outbox in figures."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from core.events.models import EventDelivery


@dataclass(frozen=True)
class OutboxBacklog:
    """`oldest_due_at`: since when the delivery that waits longest could have been made."""

    waiting: int
    given_up: int
    oldest_due_at: datetime | None


def outbox_backlog() -> OutboxBacklog:
    waiting = EventDelivery.objects.waiting().aggregate(waiting=Count("pk"), oldest=Min("due_at"))
    return OutboxBacklog(
        waiting=waiting["waiting"],
        given_up=EventDelivery.objects.given_up().count(),
        oldest_due_at=waiting["oldest"],
    )
