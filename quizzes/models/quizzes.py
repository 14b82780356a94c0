"""A quiz: questions in an order, or drawn by rules, and how it may be taken."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from curriculum.models import Project, Track
from questions.models import Chapter, Question, Subject
from quizzes.querysets import QuizQuerySet

TITLE_LENGTH = 200
MOST_QUESTIONS = 200


class QuizStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class Feedback(models.TextChoices):
    AT_ONCE = "at_once", _("After each answer")
    AFTER_SUBMIT = "after_submit", _("After handing in")
    AFTER_CLOSING = "after_closing", _("After the quiz has closed")


class Quiz(models.Model):
    """Practice: untimed, or with a soft limit that only tells."""

    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=QuizStatus, default=QuizStatus.DRAFT
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="quizzes",
        verbose_name=_("author"),
    )
    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="edited_quizzes"
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("last edited by"),
    )
    track = models.ForeignKey(
        Track,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quizzes",
        verbose_name=_("track"),
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quizzes",
        verbose_name=_("project"),
    )
    is_shuffled = models.BooleanField(
        _("shuffled"), default=True, help_text=_("Questions and choices come in another order.")
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts"), null=True, blank=True, help_text=_("Nothing means as many as one likes.")
    )
    soft_minutes = models.PositiveSmallIntegerField(_("minutes, as a guide"), null=True, blank=True)
    feedback = models.CharField(
        _("feedback"), max_length=13, choices=Feedback, default=Feedback.AFTER_SUBMIT
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("passed with, in percent"), default=60, validators=[MaxValueValidator(100)]
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"))
    edited_at = models.DateTimeField(_("last edited"))
    published_at = models.DateTimeField(_("published"), null=True, editable=False)

    objects = QuizQuerySet.as_manager()

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["-edited_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="quiz_closes_after_it_opens",
            ),
            models.CheckConstraint(condition=Q(pass_percent__lte=100), name="quiz_pass_is_a_share"),
            models.CheckConstraint(
                condition=Q(attempts_allowed=None) | Q(attempts_allowed__gte=1),
                name="quiz_allows_an_attempt",
            ),
            models.CheckConstraint(
                condition=~Q(feedback="after_closing") | Q(closes_at__isnull=False),
                name="quiz_that_tells_after_closing_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def has_opened(self, at: datetime) -> bool:
        return self.opens_at is None or self.opens_at <= at

    def has_closed(self, at: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= at

    def has_told(self, at: datetime) -> bool:
        """Whether its closing has told what is right: nothing that is answered later counts."""
        return self.feedback == Feedback.AFTER_CLOSING and self.has_closed(at)


class QuizQuestion(models.Model):
    """A question in a quiz. Which version one sees is settled when an attempt begins."""

    quiz = models.ForeignKey(
        Quiz, models.CASCADE, related_name="quiz_questions", verbose_name=_("quiz")
    )
    question = models.ForeignKey(
        Question, models.PROTECT, related_name="quiz_questions", verbose_name=_("question")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    marks = models.DecimalField(
        _("marks"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("In place of the question's own."),
    )

    class Meta:
        verbose_name = _("question of a quiz")
        verbose_name_plural = _("questions of quizzes")
        ordering = ["quiz", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "question"], name="quiz_asks_once"),
            models.UniqueConstraint(
                fields=["quiz", "position"],
                name="quiz_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(marks=None) | Q(marks__gt=0), name="quiz_question_has_marks"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz_id} {self.position}"


class DrawRule(models.Model):
    """So many questions by chance from a part of the bank, for each attempt anew."""

    quiz = models.ForeignKey(
        Quiz, models.CASCADE, related_name="draw_rules", verbose_name=_("quiz")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    count = models.PositiveSmallIntegerField(
        _("how many"), validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="+", verbose_name=_("subject")
    )
    chapter = models.ForeignKey(
        Chapter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chapter")
    )
    difficulty = models.CharField(_("difficulty"), max_length=6, blank=True)
    types = ArrayField(models.CharField(max_length=11), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        verbose_name = _("rule for drawing")
        verbose_name_plural = _("rules for drawing")
        ordering = ["quiz", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=50), name="draw_rule_draws_some"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} x {self.subject_id}"
