"""What generating costs: sums of generations by day, by person and by model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quizzes.models import Generation

# Of days and of people; with more, what is shown is the newest and the dearest.
MOST_ROWS = 14


@dataclass(frozen=True)
class Sums:
    name: str
    generations: int
    questions: int
    requests: int
    tokens_in: int
    tokens_out: int
    cost: Decimal


@dataclass(frozen=True)
class Costs:
    title: str | Promise
    rows: Sequence[Sums]


def costs_of(generations: QuerySet[Generation]) -> list[Costs]:
    """Three queries, however many there are."""
    plain = generations.order_by()
    days = plain.annotate(what=TruncDate("created_at")).values("what")
    people = plain.annotate(what=F("owner__email")).values("what")
    models = plain.annotate(what=F("model")).values("what", "provider")
    return [
        Costs(_("By day"), _summed(days, "-what")),
        Costs(_("By person"), _summed(people, "-money", "what")),
        Costs(_("By model"), _summed(models, "-money", "what")),
    ]


def _summed(groups: QuerySet[Generation, dict[str, Any]], *order: str) -> list[Sums]:
    rows = groups.annotate(
        count=Count("pk"),
        questions=Sum("saved_count"),
        asked=Sum("requests"),
        into=Sum("tokens_in"),
        out=Sum("tokens_out"),
        money=Sum("cost"),
    ).order_by(*order)[:MOST_ROWS]
    return [
        Sums(
            _name(row),
            row["count"],
            row["questions"],
            row["asked"],
            row["into"],
            row["out"],
            row["money"],
        )
        for row in rows
    ]


def _name(row: dict[str, Any]) -> str:
    what = row["what"] or row.get("provider") or ""
    return what if isinstance(what, str) else date_format(what, "DATE_FORMAT")
