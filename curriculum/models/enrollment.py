"""Who is on a track, and why they may be."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.content import Track
from curriculum.querysets import EnrollmentQuerySet, GrantQuerySet


class Enrollment(models.Model):
    """A student on a track. Whether they may go on is a matter of its living grants."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="enrollments",
        verbose_name=_("student"),
        db_index=False,  # `enrollment_once_a_track` begins with it.
    )
    track = models.ForeignKey(
        Track, models.PROTECT, related_name="enrollments", verbose_name=_("track")
    )
    enrolled_at = models.DateTimeField(_("enrolled"))

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        ordering = ["enrolled_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["student", "track"], name="enrollment_once_a_track")
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.track_id}"


class GrantSource(models.TextChoices):
    FREE = "free", _("Free track")
    PAYMENT = "payment", _("Payment")
    ADMIN = "admin", _("Given by an admin")
    COHORT = "cohort", _("Cohort")


class Grant(models.Model):
    """One reason for access. Ending one never takes away what another gives."""

    enrollment = models.ForeignKey(
        Enrollment, models.CASCADE, related_name="grants", verbose_name=_("enrollment")
    )
    source = models.CharField(_("why"), max_length=8, choices=GrantSource)
    reference = models.CharField(
        _("reference"),
        max_length=64,
        blank=True,
        help_text=_("Which payment, cohort or the like it comes from."),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant of access")
        verbose_name_plural = _("grants of access")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "source", "reference"],
                condition=Q(ended_at=None),
                name="grant_once_a_source",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="grant_ends_after_its_start",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "reference"], name="grant_by_source"),
            # All that it takes to know who may go on, so that nothing else is read.
            models.Index(
                fields=["enrollment"],
                include=["starts_at", "ends_at"],
                name="grant_not_ended",
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.reference}".strip()

    def is_living(self, at: datetime) -> bool:
        return (
            self.ended_at is None
            and self.starts_at <= at
            and (self.ends_at is None or at < self.ends_at)
        )
