"""Mails in figures."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from core.mail.models import Mail


@dataclass(frozen=True)
class MailBacklog:
    """`oldest_due_at`: since when the mail that waits longest could have been sent."""

    waiting: int
    failed: int
    oldest_due_at: datetime | None


def mail_backlog() -> MailBacklog:
    waiting = Mail.objects.unsent().aggregate(waiting=Count("pk"), oldest=Min("due_at"))
    return MailBacklog(
        waiting=waiting["waiting"],
        failed=Mail.objects.failed().count(),
        oldest_due_at=waiting["oldest"],
    )
