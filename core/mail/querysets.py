"""Lists of mails."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from core.mail.states import UNSENT, MailStatus

if TYPE_CHECKING:
    from core.mail.models import Mail  # noqa: F401  (named in a text below)


class MailQuerySet(models.QuerySet["Mail"]):
    def unsent(self) -> Self:
        return self.filter(status__in=UNSENT)

    def due(self, at: datetime) -> Self:
        return self.unsent().filter(due_at__lte=at)

    def failed(self) -> Self:
        return self.filter(status=MailStatus.FAILED)

    def readable_since_before(self, moment: datetime) -> Self:
        """Over for so long, and their text is still there."""
        is_over = Q(sent_at__lt=moment) | Q(failed_at__lt=moment)
        return self.filter(is_over, text__isnull=False)

    def locked_or_skipped(self) -> Self:
        """Locks what it reads, and leaves out what somebody else has locked."""
        return self.select_for_update(skip_locked=True, of=("self",))
