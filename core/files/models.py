"""A private file: what is known of it. Its bytes are in the storage, under a name of its own."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.files.names import NAME_LENGTH
from core.files.querysets import StoredFileQuerySet

FOLDER = "files"


class StoredFile(models.Model):
    """Stays as it is once it is stored; another version is another file."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    purpose = models.CharField(_("purpose"), max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="stored_files",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(_("content type"), max_length=100)
    created_at = models.DateTimeField(_("stored"))
    expires_at = models.DateTimeField(_("kept until"), null=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["purpose", "created_at"], name="file_by_purpose"),
            models.Index(
                fields=["expires_at"], name="file_expiry", condition=Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Its name in the storage: nothing in it comes from outside."""
        return place_of(self.pk.hex)

    def is_kept(self, at: datetime) -> bool:
        return self.expires_at is None or at < self.expires_at


def place_of(mark: str) -> str:
    return f"{FOLDER}/{mark[:2]}/{mark}"
