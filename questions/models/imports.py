"""Files of questions that were taken in, as a whole: so that a whole one can be taken back."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.files.models import StoredFile
from questions.querysets import ImportBatchQuerySet


class ImportState(models.TextChoices):
    CHECKED = "checked", _("Checked")
    APPLIED = "applied", _("Taken in")
    UNDONE = "undone", _("Taken back")


class ImportBatch(models.Model):
    """`report` says of each row whether it is new, changed, identical or wrong, and why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="question_imports",
        verbose_name=_("by"),
    )
    file = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, related_name="question_imports"
    )
    file_name = models.CharField(_("file"), max_length=255)
    format = models.CharField(_("format"), max_length=12)
    state = models.CharField(
        _("state"), max_length=8, choices=ImportState, default=ImportState.CHECKED
    )
    job = models.UUIDField(null=True, editable=False)
    report = models.JSONField(default=dict, editable=False)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    identical_count = models.PositiveIntegerField(_("identical"), default=0)
    wrong_count = models.PositiveIntegerField(_("wrong"), default=0)
    created_at = models.DateTimeField(_("sent"))
    applied_at = models.DateTimeField(_("taken in"), null=True)
    undone_at = models.DateTimeField(_("taken back"), null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of questions")
        verbose_name_plural = _("imports of questions")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name
