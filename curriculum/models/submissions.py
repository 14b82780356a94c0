"""What students hand in, each version of it for itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.files.models import StoredFile
from curriculum.models.content import Deliverable
from curriculum.models.github import PullRequest
from curriculum.querysets import RevisionQuerySet, SubmissionQuerySet

if TYPE_CHECKING:
    from accounts.models import User

URL_LENGTH = 500
NOTE_LENGTH = 20_000


class SubmissionStatus(models.TextChoices):
    PENDING = "pending", _("Waits for review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class Submission(models.Model):
    """One student's work for one deliverable. `newest` is the number of its newest revision.

    While a student has no trainer, whoever opens it takes it from the pool for a while
    (`claimed_by`, `claimed_until`), so that two do not review the same.
    """

    deliverable = models.ForeignKey(
        Deliverable, models.PROTECT, related_name="submissions", verbose_name=_("deliverable")
    )
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="submissions",
        verbose_name=_("student"),
    )
    status = models.CharField(
        _("status"),
        max_length=18,
        choices=SubmissionStatus,
        default=SubmissionStatus.PENDING,
    )
    newest = models.PositiveSmallIntegerField(_("newest revision"), default=1)
    created_at = models.DateTimeField(_("first handed in"))
    submitted_at = models.DateTimeField(_("last handed in"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="claimed_submissions",
        verbose_name=_("taken by"),
    )
    claimed_until = models.DateTimeField(_("taken until"), null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deliverable", "student"], name="submission_once_a_deliverable"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at=None)
                | (~Q(status="pending") & Q(decided_at__isnull=False)),
                name="submission_is_pending_or_decided",
            ),
            models.CheckConstraint(condition=Q(newest__gte=1), name="submission_has_a_revision"),
            models.CheckConstraint(
                condition=Q(claimed_by=None) | Q(claimed_until__isnull=False),
                name="submission_claim_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at", "id"],
                name="submission_queue",
                condition=Q(status="pending"),
            ),
            models.Index(fields=["status", "submitted_at"], name="submission_by_status"),
            models.Index(fields=["-submitted_at", "-id"], name="submission_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the student may hand in another revision."""
        return self.status in {SubmissionStatus.PENDING, SubmissionStatus.CHANGES_REQUESTED}

    def is_claimed_from(self, user: User, *, at: datetime) -> bool:
        """Whether somebody else has it in hand at the moment."""
        return (
            self.claimed_by_id is not None
            and self.claimed_by_id != user.pk
            and self.claimed_until is not None
            and at < self.claimed_until
        )


class Revision(models.Model):
    """One version of a submission; it stays as it was handed in."""

    submission = models.ForeignKey(
        Submission, models.CASCADE, related_name="revisions", verbose_name=_("submission")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    url = models.URLField(_("address"), max_length=URL_LENGTH, blank=True)
    note = models.TextField(_("note"), max_length=NOTE_LENGTH, blank=True)
    pull_request = models.ForeignKey(
        PullRequest,
        models.SET_NULL,
        null=True,
        related_name="revisions",
        verbose_name=_("pull request"),
    )
    submitted_at = models.DateTimeField(_("handed in"))

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["submission", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "number"], name="revision_number_of_a_submission"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} r{self.number}"


class SubmissionFile(models.Model):
    """A file of a revision; the next one may bring it again."""

    revision = models.ForeignKey(
        Revision, models.CASCADE, related_name="files", verbose_name=_("revision")
    )
    file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="submission_files", verbose_name=_("file")
    )
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("file of a submission")
        verbose_name_plural = _("files of submissions")
        ordering = ["revision", "position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "file"], name="submission_file_once")
        ]

    def __str__(self) -> str:
        return str(self.file)
