"""Students who run a track together, and until when what is due."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.content import TITLE_LENGTH, Project, Track
from curriculum.querysets import CohortMemberQuerySet, CohortQuerySet

REASON_LENGTH = 500


class Cohort(models.Model):
    """Starts on a day; what is due at the end of a week is due by the end of that day there."""

    name = models.CharField(_("name"), max_length=TITLE_LENGTH)
    track = models.ForeignKey(
        Track, models.PROTECT, related_name="cohorts", verbose_name=_("track")
    )
    starts_on = models.DateField(_("starts on"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    trainers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="led_cohorts", blank=True, verbose_name=_("trainers")
    )
    created_at = models.DateTimeField(_("made"))
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_on", "name"]
        constraints = [
            models.UniqueConstraint(fields=["track", "name"], name="cohort_name_of_a_track")
        ]

    def __str__(self) -> str:
        return self.name


class CohortMember(models.Model):
    """A student in a cohort. `track` is the cohort's: nobody runs one track in two cohorts."""

    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="members", verbose_name=_("cohort")
    )
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="cohort_memberships",
        verbose_name=_("student"),
    )
    track = models.ForeignKey(Track, models.PROTECT, related_name="+", editable=False)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True)

    objects = CohortMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a cohort")
        verbose_name_plural = _("members of cohorts")
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "track"],
                condition=Q(left_at=None),
                name="cohort_member_once_a_track",
            )
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.cohort_id}"


class DueDate(models.Model):
    """A day of its own for one project of a cohort, in place of the one that the week gives."""

    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="due_dates", verbose_name=_("cohort")
    )
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="due_dates", verbose_name=_("project")
    )
    due_on = models.DateField(_("due on"))

    class Meta:
        verbose_name = _("due date")
        verbose_name_plural = _("due dates")
        ordering = ["cohort", "project__number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "project"], name="due_date_of_a_project")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.due_on}"


class Extension(models.Model):
    """More time for one student and one project; it outranks whatever the cohort says."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="extensions",
        verbose_name=_("student"),
    )
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="extensions", verbose_name=_("project")
    )
    due_on = models.DateField(_("due on"))
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="extensions_given",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["project__number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["student", "project"], name="extension_of_a_project")
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.project_id} {self.due_on}"
