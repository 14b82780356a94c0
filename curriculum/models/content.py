"""What there is to learn: tracks, their projects, and the steps and deliverables of each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.rules import TRACK_PATTERN
from curriculum.querysets import DeliverableQuerySet, ProjectQuerySet, StepQuerySet, TrackQuerySet
from curriculum.rubrics import KEY_PATTERN, Criterion, read_rubric, validate_rubric

KEY_LENGTH = 40
TITLE_LENGTH = 120


class Content(models.Model):
    """What a content file holds, and what an admin may have made of it.

    `loaded_digest` is that of the fields as the loader wrote them: a row that no longer fits it was
    edited here, and loading leaves it alone.
    """

    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)
    edited_at = models.DateTimeField(_("last edited"), null=True, editable=False)

    class Meta:
        abstract = True


class Track(Content):
    """A way of twelve weeks or so, made of projects."""

    code = models.CharField(
        _("code"), max_length=12, unique=True, validators=[RegexValidator(TRACK_PATTERN)]
    )
    name = models.CharField(_("name"), max_length=TITLE_LENGTH)
    pitch = models.CharField(_("in a sentence"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    duration_weeks = models.PositiveSmallIntegerField(
        _("weeks"), default=12, validators=[MinValueValidator(1), MaxValueValidator(104)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_free = models.BooleanField(
        _("free"), default=True, help_text=_("Anybody may enroll by themselves, without paying.")
    )
    is_published = models.BooleanField(_("published"), default=True)

    objects = TrackQuerySet.as_manager()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=TRACK_PATTERN), name="track_code_is_a_code"
            ),
            models.CheckConstraint(
                condition=Q(duration_weeks__gte=1, duration_weeks__lte=104), name="track_has_weeks"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class ProjectType(models.TextChoices):
    INTERNAL = "INTERNAL", _("Project")
    CAPSTONE = "CAPSTONE", _("Capstone")


class Project(Content):
    """Something real that a student builds. Opens when the one before it is complete."""

    track = models.ForeignKey(
        Track, models.PROTECT, related_name="projects", verbose_name=_("track")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    summary = models.CharField(_("in a sentence"), max_length=300)
    type = models.CharField(
        _("type"), max_length=8, choices=ProjectType, default=ProjectType.INTERNAL
    )
    brief = models.TextField(_("brief"))
    goals = models.JSONField(_("learning goals"), default=list, blank=True)
    tech_stack = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tech stack")
    )
    hours = models.PositiveSmallIntegerField(
        _("hours"), default=10, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    due_week = models.PositiveSmallIntegerField(
        _("due at the end of week"), validators=[MinValueValidator(1), MaxValueValidator(104)]
    )
    template = models.CharField(_("template repository"), max_length=100, blank=True)

    # Fetched by `with_parts`.
    living_steps: list[Step]
    living_deliverables: list[Deliverable]

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["track", "number"]
        constraints = [
            # Deferred, so that two may change places.
            models.UniqueConstraint(
                fields=["track", "number"],
                name="project_number_of_a_track",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="project_number_from_one"),
            models.CheckConstraint(condition=Q(due_week__gte=1), name="project_due_from_week_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def is_capstone(self) -> bool:
        return self.type == ProjectType.CAPSTONE


class Part(Content):
    """What a step and a deliverable share. One that is retired stays for those who have done it."""

    key = models.CharField(
        _("key"),
        max_length=KEY_LENGTH,
        validators=[RegexValidator(KEY_PATTERN)],
        help_text=_("What the content files know it by; it never changes."),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    is_required = models.BooleanField(_("required"), default=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Step(Part):
    """One thing to do on the way, and how one knows that it is done."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="steps", verbose_name=_("project")
    )
    description = models.TextField(_("what to do"))
    done_when = models.TextField(_("done when"), blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="step_key_of_a_project"),
            models.UniqueConstraint(
                fields=["project", "number"],
                name="step_number_of_a_project",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]


class DeliverableKind(models.TextChoices):
    LINK = "link", _("Link")
    REPOSITORY = "repository", _("Repository")
    PULL_REQUEST = "pull_request", _("Pull request")
    FILE = "file", _("Files")
    DASHBOARD = "dashboard", _("Dashboard")
    DEPLOYED_URL = "deployed_url", _("Deployed site")
    TEXT = "text", _("Text")


class Deliverable(Part):
    """What is handed in for a project, and by what it is judged."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="deliverables", verbose_name=_("project")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=DeliverableKind)
    about = models.TextField(_("what to hand in"), blank=True)
    rubric = models.JSONField(
        _("rubric"),
        default=list,
        blank=True,
        validators=[validate_rubric],
        help_text=_("A list of criteria, each with key, criterion, points and about."),
    )
    approves_on_merge = models.BooleanField(
        _("approved by a merge"),
        default=False,
        help_text=_("A merged pull request approves it without a review."),
    )

    objects = DeliverableQuerySet.as_manager()

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="deliverable_key_of_a_project"),
            models.UniqueConstraint(
                fields=["project", "number"],
                name="deliverable_number_of_a_project",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(approves_on_merge=False) | Q(kind="pull_request"),
                name="deliverable_merges_are_of_pull_requests",
            ),
        ]

    @property
    def criteria(self) -> list[Criterion]:
        return read_rubric(self.rubric)

    @property
    def most_points(self) -> int:
        return sum(criterion.points for criterion in self.criteria)
