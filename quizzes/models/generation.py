"""Quizzes made by AI: what was asked for, what came back, and what it cost."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from core.files.models import StoredFile
from questions.models import Question
from quizzes.models.quizzes import Quiz
from quizzes.querysets import GeneratedQuestionQuerySet, GenerationQuerySet


class GenerationType(models.TextChoices):
    PROMPT = "PROMPT", _("From a prompt")
    WEB_SEARCH = "WEB_SEARCH", _("With web search")
    SOURCE_TEXT = "SOURCE_TEXT", _("From a text")
    FILE = "FILE", _("From a file")


class GenerationState(models.TextChoices):
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Generation(models.Model):
    """`wish` is all that was asked for; `digest` finds an equal wish whose result is at hand."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.UUIDField(null=True, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="generations",
        verbose_name=_("by"),
    )
    quiz = models.ForeignKey(
        Quiz, models.CASCADE, related_name="generations", verbose_name=_("quiz")
    )
    # The one question that this is to put another in the place of.
    replaces = models.ForeignKey(
        Question, models.SET_NULL, null=True, related_name="+", editable=False
    )
    type = models.CharField(_("from what"), max_length=11, choices=GenerationType)
    wish = models.JSONField(default=dict)
    source_text = models.TextField(blank=True)
    source_file = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, related_name="generations"
    )
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    seed = models.BigIntegerField(default=0, db_default=0, editable=False)
    state = models.CharField(
        _("state"), max_length=9, choices=GenerationState, default=GenerationState.RUNNING
    )
    is_from_cache = models.BooleanField(_("from an equal one"), default=False)
    provider = models.CharField(_("provider"), max_length=20, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)
    requests = models.PositiveIntegerField(_("requests"), default=0)
    tokens_in = models.PositiveIntegerField(_("tokens in"), default=0)
    tokens_out = models.PositiveIntegerField(_("tokens out"), default=0)
    cost = models.DecimalField(
        _("cost in US dollars"), max_digits=10, decimal_places=6, default=Decimal(0)
    )
    asked_count = models.PositiveSmallIntegerField(_("asked for"), default=0)
    received_count = models.PositiveSmallIntegerField(_("received"), default=0)
    checked_count = models.PositiveSmallIntegerField(_("sound"), default=0, db_default=0)
    repaired_count = models.PositiveSmallIntegerField(_("repaired"), default=0)
    dropped_count = models.PositiveSmallIntegerField(_("dropped"), default=0)
    saved_count = models.PositiveSmallIntegerField(_("saved"), default=0)
    # Of what was dropped: `{"text", "faults"}` each; and what else there is to say.
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    error = models.JSONField(null=True)
    created_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["owner", "-created_at"], name="generation_of_owner")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="running", ended_at=None)
                | (~models.Q(state="running") & models.Q(ended_at__isnull=False)),
                name="generation_runs_or_has_ended",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.created_at:%Y-%m-%d %H:%M}"


class GeneratedQuestion(models.Model):
    """Where a question came from and what a second look at it said, for the trainer who vets it."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="items")
    question = models.OneToOneField(Question, models.CASCADE, related_name="generated")
    span = models.TextField(blank=True)
    # What it resembled when it was made: a hint, which holds no question back from being deleted.
    resembled_id = models.BigIntegerField(null=True)
    was_repaired = models.BooleanField(default=False)
    # What an independent second request answered, and whether that fits the key.
    second_opinion = models.JSONField(null=True)
    agrees = models.BooleanField(null=True)
    vetted_at = models.DateTimeField(null=True)
    vetted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = GeneratedQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.generation_id} {self.question_id}"

    @property
    def is_disputed(self) -> bool:
        return self.agrees is False

    @property
    def is_edited(self) -> bool:
        """Whoever has changed a question has looked at it; the second look was at another text."""
        return self.question.newest > 1

    @property
    def is_unvetted(self) -> bool:
        """No person has looked at it. `unvetted` asks it of many."""
        return self.vetted_at is None and not self.is_edited

    @property
    def is_unsettled(self) -> bool:
        """A second look disagrees, and no person has decided. `unsettled` asks it of many."""
        return self.is_disputed and self.is_unvetted
