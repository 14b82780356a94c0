"""How versions fare: sums from which facility, discrimination and times are derived."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from questions.models.bank import Choice, QuestionVersion


class VersionStatistics(models.Model):
    """Sums over graded answers. `share` is of the full marks, `rest` that of all other questions.

    A point-biserial correlation against the rest needs no more than these.
    """

    version = models.OneToOneField(
        QuestionVersion, models.CASCADE, primary_key=True, related_name="statistics"
    )
    answers = models.PositiveIntegerField(_("answers"), default=0)
    share_sum = models.FloatField(default=0)
    share_squares = models.FloatField(default=0)
    rest_sum = models.FloatField(default=0)
    rest_squares = models.FloatField(default=0)
    products = models.FloatField(default=0)
    timed = models.PositiveIntegerField(default=0)
    seconds_sum = models.FloatField(default=0)

    class Meta:
        verbose_name = _("statistics of a version")
        verbose_name_plural = _("statistics of versions")

    def __str__(self) -> str:
        return f"{self.version_id}: {self.answers}"


class ChoiceCount(models.Model):
    """How often a choice was taken."""

    choice = models.OneToOneField(Choice, models.CASCADE, primary_key=True, related_name="count")
    times = models.PositiveIntegerField(_("times"), default=0)

    class Meta:
        verbose_name = _("times a choice was taken")
        verbose_name_plural = _("times choices were taken")

    def __str__(self) -> str:
        return f"{self.choice_id}: {self.times}"
