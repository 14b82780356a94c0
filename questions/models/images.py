"""Which versions show which pictures."""

from __future__ import annotations

from django.db import models

from core.files.models import StoredFile
from questions.models.bank import QuestionVersion
from questions.models.imports import ImportBatch


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


class ImportedImage(models.Model):
    """One that came with a file of questions: `source` is the digest of what it was made from.

    By it the same file is known again, although every picture is written anew.
    """

    file = models.OneToOneField(
        StoredFile, models.CASCADE, primary_key=True, related_name="imported"
    )
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, related_name="images")
    source = models.CharField(max_length=64, db_index=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["batch", "pk"]

    def __str__(self) -> str:
        return f"{self.file_id} {self.source}"
