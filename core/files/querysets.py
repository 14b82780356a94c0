"""Lists of private files."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from core.files.models import StoredFile  # noqa: F401  (named in a text below)


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def of(self, purpose: str) -> Self:
        return self.filter(purpose=purpose)

    def kept(self, at: datetime) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at))

    def expired(self, at: datetime) -> Self:
        return self.filter(expires_at__lte=at)
