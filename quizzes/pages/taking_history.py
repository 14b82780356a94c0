"""One's attempts at a quiz, one after the other: the points of a small chart and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.tables import Heading
from quizzes.models import Attempt
from quizzes.standing import Standing, has_passed

HEADINGS = [
    Heading(label, kind, "", "")
    for label, kind in (
        (gettext_lazy("Attempt"), "text"),
        (gettext_lazy("Handed in"), "text"),
        (gettext_lazy("Points"), "number"),
        (gettext_lazy("Share"), "number"),
        (gettext_lazy("Result"), "text"),
    )
]


@dataclass(frozen=True)
class PastAttempt:
    attempt: Attempt
    is_told: bool
    has_passed: bool


def history_of(standing: Standing) -> dict[str, Any]:
    """`points` are shares in percent of those that may be told, the latest last."""
    told = standing.told
    points = [each.percentage or 0 for each in told]
    rows = [
        PastAttempt(each, each in told, each in told and has_passed(each, standing.quiz))
        for each in reversed(standing.ended)
    ]
    return {"rows": rows, "points": points, "words": _in_words(points), "headings": HEADINGS}


def _in_words(points: list[int]) -> str:
    if not points:
        return ""
    values = {"first": points[0], "last": points[-1], "best": max(points)}
    return _("From %(first)d%% to %(last)d%%, at best %(best)d%%.") % values
