"""By what a deliverable is judged: a list of criteria with points, as content files write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KEY_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
MOST_POINTS = 100
MOST_CRITERIA = 12
_WORDS = {"key": 40, "criterion": 200, "about": 2000}


@dataclass(frozen=True)
class Criterion:
    key: str
    criterion: str
    points: int
    about: str = ""


def read_rubric(rows: Sequence[dict[str, Any]]) -> list[Criterion]:
    """Of rows that were checked when they were written."""
    return [Criterion(**row) for row in rows]


def validate_rubric(rows: object) -> None:
    """For whoever edits one: says which criterion lacks what."""
    if not isinstance(rows, list) or len(rows) > MOST_CRITERIA:
        raise ValidationError(
            _("Write a list of at most %(most)d criteria.") % {"most": MOST_CRITERIA}
        )
    for place, row in enumerate(rows, start=1):
        problem = _problem(row)
        if problem:
            raise ValidationError(
                _("Criterion %(place)d: %(problem)s") % {"place": place, "problem": problem}
            )
    keys = [row["key"] for row in rows]
    if len(set(keys)) != len(keys):
        raise ValidationError(_("Two criteria have the same key."))


def _problem(row: object) -> str:
    if not isinstance(row, dict) or not {"key", "criterion", "points"} <= row.keys():
        return _("give it a key, a criterion and points.")
    if row.keys() - {"key", "criterion", "points", "about"}:
        return _("it has only key, criterion, points and about.")
    for name, longest in _WORDS.items():
        text = row.get(name, "")
        if not isinstance(text, str) or len(text) > longest:
            return _("%(name)s is a text of at most %(longest)d characters.") % {
                "name": name,
                "longest": longest,
            }
    if not row["key"].strip() or not row["criterion"].strip():
        return _("give it a key, a criterion and points.")
    points = row["points"]
    if not isinstance(points, int) or isinstance(points, bool) or not 1 <= points <= MOST_POINTS:
        return _("points are a whole number from 1 to %(most)d.") % {"most": MOST_POINTS}
    return ""
