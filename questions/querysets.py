"""Lists of questions that read as English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery

from accounts.roles import STAFF, TEACHING

if TYPE_CHECKING:
    from accounts.models import User


class SubjectQuerySet(models.QuerySet[Any]):
    def with_counts(self) -> Self:
        ready = Q(questions__status="ready")
        return self.annotate(questions_count=Count("questions", filter=ready, distinct=True))


class QuestionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All for staff; for trainers their own and what is shared; for students none."""
        if not user.is_authenticated or not user.is_active or user.role not in TEACHING:
            return self.none()
        if user.role in STAFF:
            return self
        return self.filter(Q(owner=user.pk) | Q(is_shared=True))

    def ready(self) -> Self:
        return self.filter(status="ready")

    def in_use(self) -> Self:
        return self.exclude(status="retired")

    def of_owner(self, user: User) -> Self:
        return self.filter(owner=user)

    def with_newest(self) -> Self:
        """Fetches each one's newest version with its choices, as `newest_versions`."""
        version = apps.get_model("questions", "QuestionVersion")
        newest = version.objects.filter(number=F("question__newest")).with_choices()
        return self.select_related("subject", "chapter", "owner").prefetch_related(
            Prefetch("versions", newest, to_attr="newest_versions")
        )

    def with_newest_fact(self, **facts: str) -> Self:
        """Facts of the newest version as columns, to filter and order by: `type="type"`."""
        version = apps.get_model("questions", "QuestionVersion")
        newest = version.objects.filter(question=OuterRef("pk"), number=OuterRef("newest"))
        return self.annotate(
            **{name: Subquery(newest.values(field)[:1]) for name, field in facts.items()}
        )


class QuestionVersionQuerySet(models.QuerySet[Any]):
    def newest(self) -> Self:
        return self.filter(number=F("question__newest"))

    def with_choices(self) -> Self:
        choice = apps.get_model("questions", "Choice")
        return self.prefetch_related(Prefetch("choices", choice.objects.order_by("position")))


class ImportBatchQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own; all for staff."""
        if not user.is_authenticated or not user.is_active or user.role not in TEACHING:
            return self.none()
        return self if user.role in STAFF else self.filter(owner=user.pk)
