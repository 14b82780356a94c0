"""Questions and their versions. A version never changes: whoever saw one can see it again."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from questions import kinds
from questions.models.imports import ImportBatch
from questions.models.subjects import Chapter, Subject
from questions.querysets import QuestionQuerySet, QuestionVersionQuerySet

TAG_LENGTH = 40
REFERENCE_LENGTH = 100


class QuestionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    READY = "ready", _("Ready")
    RETIRED = "retired", _("Retired")


class Difficulty(models.TextChoices):
    EASY = "easy", _("Easy")
    MEDIUM = "medium", _("Medium")
    HARD = "hard", _("Hard")


class QuestionType(models.TextChoices):
    SINGLE = "SINGLE", _("Single choice")
    MULTIPLE = "MULTIPLE", _("Multiple choice")
    TRUE_FALSE = "TRUE_FALSE", _("True or false")
    NUMERIC = "NUMERIC", _("Number")
    SHORT_TEXT = "SHORT_TEXT", _("Short text")
    MATCHING = "MATCHING", _("Matching")
    ORDERING = "ORDERING", _("Ordering")
    FILL_BLANKS = "FILL_BLANKS", _("Fill in the blanks")
    ESSAY = "ESSAY", _("Essay")
    FILE_UPLOAD = "FILE_UPLOAD", _("File upload")
    CODE = "CODE", _("Code")


class Origin(models.TextChoices):
    EDITOR = "editor", _("Written here")
    IMPORT = "import", _("Imported")
    AI = "ai", _("Made by AI")
    LOADED = "loaded", _("Came with the platform")


class Question(models.Model):
    """Something that can be asked; what it says is its newest version.

    `reference` is the name that a file gives it: importing that file again finds it by that.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="questions",
        verbose_name=_("owner"),
    )
    is_shared = models.BooleanField(
        _("shared"), default=True, help_text=_("Other trainers may see and use it.")
    )
    status = models.CharField(
        _("status"), max_length=7, choices=QuestionStatus, default=QuestionStatus.DRAFT
    )
    subject = models.ForeignKey(
        Subject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("subject"),
    )
    chapter = models.ForeignKey(
        Chapter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("chapter"),
    )
    newest = models.PositiveIntegerField(_("newest version"), default=1)
    reference = models.CharField(_("reference"), max_length=REFERENCE_LENGTH, blank=True)
    batch = models.ForeignKey(
        ImportBatch,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="questions",
        verbose_name=_("came with"),
    )
    created_at = models.DateTimeField(_("made"))
    edited_at = models.DateTimeField(_("last edited"))

    # Fetched by `with_newest`.
    newest_versions: list[QuestionVersion]

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-edited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "reference"],
                condition=~Q(reference=""),
                name="question_reference_of_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(chapter=None) | Q(subject__isnull=False),
                name="question_chapter_has_a_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "chapter", "status"], name="question_by_chapter"),
            models.Index(fields=["-edited_at", "-id"], name="question_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class QuestionVersion(models.Model):
    """What a question said at some time. The database refuses to change it.

    `digest` is that of all it says, `text_digest` that of its words alone, by which doubles are
    found.
    """

    question = models.ForeignKey(
        Question, models.CASCADE, related_name="versions", verbose_name=_("question")
    )
    number = models.PositiveIntegerField(_("version"))
    type = models.CharField(_("type"), max_length=11, choices=QuestionType)
    text = models.TextField(_("question"))
    body = models.JSONField(_("what students see besides"), default=dict, blank=True)
    key = models.JSONField(_("key"), default=dict, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    marks = models.DecimalField(
        _("marks"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    difficulty = models.CharField(
        _("difficulty"), max_length=6, choices=Difficulty, default=Difficulty.MEDIUM
    )
    tags = ArrayField(
        models.CharField(max_length=TAG_LENGTH), default=list, blank=True, verbose_name=_("tags")
    )
    sources = models.JSONField(_("sources"), default=list, blank=True)
    origin = models.CharField(_("came by"), max_length=6, choices=Origin, default=Origin.EDITOR)
    digest = models.CharField(max_length=64, editable=False)
    text_digest = models.CharField(max_length=64, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    made_at = models.DateTimeField(_("made"))

    objects = QuestionVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "number"], name="version_number_of_a_question"
            ),
            models.CheckConstraint(condition=Q(marks__gt=0), name="version_has_marks"),
        ]
        indexes = [
            models.Index(fields=["text_digest"], name="version_by_text"),
            models.Index(fields=["digest"], name="version_by_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.text[:80]}"

    @property
    def material(self) -> kinds.Material:
        """As the kinds know it; lists fetch choices with `with_choices`."""
        choices = sorted(self.choices.all(), key=lambda choice: choice.position)
        return kinds.Material(
            type=self.type,
            text=self.text,
            choices=tuple(
                kinds.Choice(each.pk, each.text, each.is_correct, each.feedback, each.place)
                for each in choices
            ),
            body=self.body,
            key=self.key,
        )


class Choice(models.Model):
    """One of what can be chosen or put in order.

    Ids are given in an order of chance, so that they do not tell which is right or comes first.
    """

    version = models.ForeignKey(
        QuestionVersion, models.CASCADE, related_name="choices", verbose_name=_("version")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.TextField(_("text"))
    is_correct = models.BooleanField(_("correct"), default=False)
    place = models.PositiveSmallIntegerField(_("right place"), default=0)
    feedback = models.TextField(_("feedback"), blank=True)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="choice_of_a_version")
        ]

    def __str__(self) -> str:
        return self.text[:80]
