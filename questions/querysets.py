"""Lists of questions that read as English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import (
    Count,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    TextField,
)
from django.db.models.functions import Cast

from accounts.roles import STAFF, TEACHING
from questions.kinds import BY_HAND
from questions.statistics import EASY_FROM, ENOUGH_ANSWERS, HARD_TO, NO_SPREAD

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

    def alike(self, text_digest: str) -> Self:
        """Those that use the same words."""
        return self.filter(text_digest=text_digest)

    def with_doubtful_key(self) -> Self:
        """As `is_key_doubtful` says it of one, asked of all at once."""
        n = Cast("statistics__answers", FloatField())
        share, rest = F("statistics__share_sum"), F("statistics__rest_sum")
        return (
            self.filter(statistics__answers__gte=ENOUGH_ANSWERS)
            .alias(
                of_share=F("statistics__share_squares") - share * share / n,
                of_rest=F("statistics__rest_squares") - rest * rest / n,
                together=F("statistics__products") - share * rest / n,
            )
            .filter(of_share__gt=NO_SPREAD, of_rest__gt=NO_SPREAD, together__lt=0)
            .exclude(type__in=BY_HAND)
        )

    def too_easy(self) -> Self:
        return self._answered_enough().filter(
            statistics__share_sum__gte=EASY_FROM * F("statistics__answers")
        )

    def too_hard(self) -> Self:
        return self._answered_enough().filter(
            statistics__share_sum__lte=HARD_TO * F("statistics__answers")
        )

    def never_answered(self) -> Self:
        """Neither as they are now, nor as they ever were."""
        statistics = apps.get_model("questions", "VersionStatistics")
        answered = statistics.objects.filter(version__question=OuterRef("question"), answers__gt=0)
        return self.filter(~Exists(answered))

    def _answered_enough(self) -> Self:
        return self.filter(statistics__answers__gte=ENOUGH_ANSWERS)

    def tags_in_use(self) -> Any:
        unnested = self.annotate(tag=Func("tags", function="unnest", output_field=TextField()))
        return unnested.order_by().values_list("tag", flat=True).distinct()

    def with_choices(self) -> Self:
        choice = apps.get_model("questions", "Choice")
        return self.prefetch_related(Prefetch("choices", choice.objects.order_by("position")))


class ImportBatchQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own; all for staff."""
        if not user.is_authenticated or not user.is_active or user.role not in TEACHING:
            return self.none()
        return self if user.role in STAFF else self.filter(owner=user.pk)
