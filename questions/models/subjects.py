"""What questions are about."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from questions.querysets import SubjectQuerySet

NAME_LENGTH = 120


class Subject(models.Model):
    """A field of knowledge, such as SQL. `tracks` are the codes of those that it belongs to."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    description = models.TextField(_("description"), blank=True)
    tracks = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name=_("tracks")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Chapter(models.Model):
    """A part of a subject. `weight` is its share of an exam on the whole, in percent."""

    subject = models.ForeignKey(
        Subject, models.CASCADE, related_name="chapters", verbose_name=_("subject")
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    weight = models.PositiveSmallIntegerField(
        _("weight in exams, in percent"), default=0, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ["subject", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "name"], name="chapter_name_of_a_subject"),
            models.CheckConstraint(condition=Q(weight__lte=100), name="chapter_weight_is_a_share"),
        ]

    def __str__(self) -> str:
        return self.name
