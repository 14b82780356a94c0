"""What is said of what was handed in: decisions, points, comments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from curriculum.models.cohorts import REASON_LENGTH
from curriculum.models.submissions import Revision, Submission
from curriculum.querysets import CommentQuerySet, ReviewQuerySet

FEEDBACK_LENGTH = 20_000
COMMENT_LENGTH = 5_000
PHRASE_LENGTH = 2_000


class Decision(models.TextChoices):
    APPROVED = "approved", _("Approved")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    REJECTED = "rejected", _("Rejected")


class Review(models.Model):
    """The one decision on a revision. By nobody, it was made by a merged pull request."""

    revision = models.OneToOneField(
        Revision, models.CASCADE, related_name="review", verbose_name=_("revision")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="reviews",
        verbose_name=_("reviewer"),
    )
    is_by_merge = models.BooleanField(_("made by a merge"), default=False)
    decision = models.CharField(_("decision"), max_length=18, choices=Decision)
    feedback = models.TextField(_("feedback"), max_length=FEEDBACK_LENGTH, blank=True)
    decided_at = models.DateTimeField(_("decided"))

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["decided_at", "pk"]
        indexes = [models.Index(fields=["reviewer", "-decided_at"], name="review_of_reviewer")]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.decision}"


class RubricPoint(models.Model):
    """Points for one criterion, in the words that it had when they were given."""

    review = models.ForeignKey(
        Review, models.CASCADE, related_name="rubric_points", verbose_name=_("review")
    )
    key = models.CharField(max_length=40, editable=False)
    criterion = models.CharField(_("criterion"), max_length=200)
    points = models.PositiveSmallIntegerField(_("points"))
    most_points = models.PositiveSmallIntegerField(_("of"))
    comment = models.CharField(_("comment"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("rubric points")
        verbose_name_plural = _("rubric points")
        ordering = ["review", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "key"], name="rubric_point_once_a_criterion"),
            models.CheckConstraint(
                condition=Q(points__lte=F("most_points")), name="rubric_point_within_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}/{self.most_points}"


class Reopening(models.Model):
    """A decision taken back by staff, with a reason: the student may hand in again."""

    submission = models.ForeignKey(
        Submission, models.CASCADE, related_name="reopenings", verbose_name=_("submission")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("reopening")
        verbose_name_plural = _("reopenings")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.at:%Y-%m-%d}"


class Comment(models.Model):
    """Said about a submission, by its student or by whoever reviews it."""

    submission = models.ForeignKey(
        Submission, models.CASCADE, related_name="comments", verbose_name=_("submission")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="curriculum_comments",
        verbose_name=_("author"),
    )
    body = models.TextField(_("comment"), max_length=COMMENT_LENGTH)
    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["submission", "created_at"], name="comment_of_submission")]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def anchor(self) -> str:
        """Where it stands on a page."""
        return f"comment-{self.pk}"


class ReviewVisit(models.Model):
    """Who has a submission open at the moment, so that reviewers see each other."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="visits")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "reviewer"], name="review_visit_once")
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.reviewer_id}"


class SavedPhrase(models.Model):
    """A sentence that a reviewer writes often."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_phrases"
    )
    label = models.CharField(_("label"), max_length=60)
    text = models.TextField(_("text"), max_length=PHRASE_LENGTH)
    created_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("saved phrase")
        verbose_name_plural = _("saved phrases")
        ordering = ["label", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "label"], name="saved_phrase_label")
        ]

    def __str__(self) -> str:
        return self.label
