"""Lists of content, people on tracks and their work that read as English."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q

from accounts.roles import STAFF, Role

if TYPE_CHECKING:
    from accounts.models import User

# Somebody whose page has not told of itself for so long has left it.
VISIT_LASTS = timedelta(seconds=75)


class TrackQuerySet(models.QuerySet[Any]):
    def published(self) -> Self:
        return self.filter(is_published=True)

    def visible_to(self, user: Any) -> Self:
        """Outlines are for everyone; what is not published is for those who edit it."""
        return self if _is_staff(user) else self.published()

    def with_outline(self) -> Self:
        """Fetches projects, each with how many steps it has."""
        projects = apps.get_model("curriculum", "Project").objects.with_counts()
        return self.prefetch_related(Prefetch("projects", projects))


class ProjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self if _is_staff(user) else self.filter(track__is_published=True)

    def with_counts(self) -> Self:
        living = Q(steps__retired_at=None)
        return self.annotate(steps_count=Count("steps", filter=living, distinct=True))

    def with_parts(self) -> Self:
        """Fetches the living steps and deliverables, in order, as `living_steps` and so on."""
        step = apps.get_model("curriculum", "Step")
        deliverable = apps.get_model("curriculum", "Deliverable")
        return self.prefetch_related(
            Prefetch("steps", step.objects.living().order_by("number"), to_attr="living_steps"),
            Prefetch(
                "deliverables",
                deliverable.objects.living().order_by("number"),
                to_attr="living_deliverables",
            ),
        )


class PartQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        return self.filter(retired_at=None)

    def visible_to(self, user: Any) -> Self:
        return self if _is_staff(user) else self.filter(project__track__is_published=True)


class StepQuerySet(PartQuerySet):
    pass


class DeliverableQuerySet(PartQuerySet):
    pass


class EnrollmentQuerySet(models.QuerySet[Any]):
    def with_access(self, at: datetime) -> Self:
        """Those that some living grant keeps alive."""
        living = apps.get_model("curriculum", "Grant").objects.living(at)
        return self.filter(Exists(living.filter(enrollment=OuterRef("pk"))))

    def of_active_students(self) -> Self:
        """By leaving out the few who are not: going through all who are costs more."""
        inactive = apps.get_model("accounts", "User").objects.inactive()
        return self.exclude(student__in=inactive.values("pk"))

    def visible_to(self, user: Any) -> Self:
        return _of_students_seen_by(self, user, track="track")


class GrantQuerySet(models.QuerySet[Any]):
    def living(self, at: datetime) -> Self:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), ended_at=None, starts_at__lte=at)

    def of_source(self, source: str, reference: str) -> Self:
        return self.filter(source=source, reference=reference)


class CohortQuerySet(models.QuerySet[Any]):
    def running(self) -> Self:
        return self.filter(closed_at=None)

    def visible_to(self, user: Any) -> Self:
        """All for staff, their own for trainers."""
        if _is_staff(user):
            return self
        if _has_role(user, Role.TRAINER):
            return self.filter(
                Exists(
                    self.model.trainers.through.objects.filter(cohort=OuterRef("pk"), user=user.pk)
                )
            )
        return self.none()

    def with_counts(self) -> Self:
        return self.annotate(
            members_count=Count("members", filter=Q(members__left_at=None), distinct=True)
        )


class CohortMemberQuerySet(models.QuerySet[Any]):
    def present(self) -> Self:
        return self.filter(left_at=None, cohort__closed_at=None)


class SubmissionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own; for trainers those they may review, for staff all."""
        return _of_students_seen_by(self, user, track="deliverable__project__track")

    def reviewable_by(self, user: Any) -> Self:
        """What the policy `curriculum.review` says of one, for all at once."""
        return self.visible_to(user).exclude(student=user.pk)

    def waiting(self) -> Self:
        return self.filter(status="pending")

    def oldest_first(self) -> Self:
        return self.order_by("submitted_at", "pk")

    def free_for(self, user: Any, *, at: datetime) -> Self:
        """Not in somebody else's hands."""
        return self.filter(Q(claimed_by=None) | Q(claimed_by=user.pk) | Q(claimed_until__lte=at))

    def of_own_students(self, user: Any) -> Self:
        return self.filter(student__in=_looked_after_by(user).values("student"))

    def from_the_pool(self) -> Self:
        """Of students whom nobody looks after."""
        return self.filter(~Exists(_assignments().filter(student=OuterRef("student"))))

    def with_what_for(self) -> Self:
        return self.select_related("student", "deliverable__project__track", "claimed_by")

    def with_newest(self) -> Self:
        """Fetches each one's newest revision with its files, as `newest_revisions`."""
        revision = apps.get_model("curriculum", "Revision")
        newest = (
            revision.objects.filter(number=F("submission__newest"))
            .select_related("pull_request")
            .with_files()
        )
        return self.prefetch_related(Prefetch("revisions", newest, to_attr="newest_revisions"))

    def with_everything(self) -> Self:
        revision = apps.get_model("curriculum", "Revision")
        whole = (
            revision.objects.select_related("pull_request", "review__reviewer")
            .prefetch_related("review__rubric_points")
            .with_files()
            .order_by("-number")
        )
        return self.with_what_for().prefetch_related(Prefetch("revisions", whole))


class RevisionQuerySet(models.QuerySet[Any]):
    def with_files(self) -> Self:
        files = apps.get_model("curriculum", "SubmissionFile").objects.select_related("file")
        return self.prefetch_related(Prefetch("files", files.order_by("position")))


class ReviewQuerySet(models.QuerySet[Any]):
    def by_trainers(self) -> Self:
        return self.filter(is_by_merge=False)


class CommentQuerySet(models.QuerySet[Any]):
    def with_authors(self) -> Self:
        return self.select_related("author")


class RepositoryQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        return self.exclude(state="gone")

    def ready(self) -> Self:
        return self.filter(state="ready")

    def newest_first(self) -> Self:
        """The living one of a project, and behind it those that are gone."""
        return self.order_by("-created_at", "-pk")

    def visible_to(self, user: Any) -> Self:
        return _of_students_seen_by(self, user, track="project__track")


class WebhookDeliveryQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(state="received")

    def due(self, at: datetime) -> Self:
        return self.waiting().filter(due_at__lte=at)


def students_seen_by(user: Any, *, at: datetime) -> models.QuerySet[Any]:
    """Who learns where this person teaches: a trainer's own students and the pool of their tracks.

    For staff everybody who is enrolled.
    """
    users = apps.get_model("accounts", "User")
    enrollment = apps.get_model("curriculum", "Enrollment")
    seen = enrollment.objects.visible_to(user).with_access(at).exclude(student=user.pk)
    return users.objects.filter(pk__in=seen.values("student"), is_active=True)


def _of_students_seen_by(rows: Any, user: Any, *, track: str) -> Any:
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    if _is_staff(user):
        return rows
    seen = Q(student=user.pk)
    if user.role == Role.TRAINER:
        is_looked_after = Exists(_assignments().filter(student=OuterRef("student")))
        seen |= Q(student__in=_looked_after_by(user).values("student"))
        taught = apps.get_model("curriculum", "Track").objects.filter(code__in=list(user.tracks))
        seen |= Q(~is_looked_after, **{f"{track}__in": taught.values("pk")})
    return rows.filter(seen)


def _looked_after_by(trainer: User) -> models.QuerySet[Any]:
    return _assignments().filter(trainer=trainer.pk)


def _assignments() -> models.QuerySet[Any]:
    return apps.get_model("accounts", "TrainerAssignment").objects.running()


def _is_staff(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active and user.role in STAFF)


def _has_role(user: Any, role: str) -> bool:
    return bool(user.is_authenticated and user.is_active and user.role == role)
