"""Which versions show which pictures."""

from __future__ import annotations

from django.db import models

from core.files.models import StoredFile
from questions.models.bank import QuestionVersion


class VersionImage(models.Model):
    """Written with its version. As long as one shows it, a picture is kept."""

    version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="images")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="versions")

    class Meta:
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "file"], name="image_once_in_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.file_id}"
