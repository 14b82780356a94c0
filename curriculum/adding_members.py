"""Putting many students into a cohort at once, and saying of each what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import DomainError
from curriculum.actions.cohorts import join_cohort
from curriculum.errors import InAnotherCohort
from curriculum.models import Cohort, CohortMember

MOST_AT_ONCE = 200
_ADDRESS = re.compile(r"[^\s<>,;\"'()]+@[^\s<>,;\"'()]+")


class Outcome(models.TextChoices):
    ADDED = "added", _("Added")
    THERE = "there", _("Was there already")
    ELSEWHERE = "elsewhere", _("Runs this track in another cohort")
    NO_STUDENT = "no_student", _("Is no student, or not active")
    UNKNOWN = "unknown", _("Nobody has this address")
    UNREADABLE = "unreadable", _("There is no address in this line")


@dataclass(frozen=True)
class Added:
    """One line of what was given, and what became of it."""

    text: str
    outcome: Outcome
    student: User | None = None

    @property
    def tone(self) -> str:
        if self.outcome == Outcome.ADDED:
            return "positive"
        return "neutral" if self.outcome == Outcome.THERE else "caution"


def add_by_address(cohort: Cohort, *, text: str, by: User, at: datetime) -> list[Added]:
    """An address a line, as people paste it: with a name around it, or after a comma."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = {line: _ADDRESS.search(line) for line in lines}
    addresses = {line: match[0].lower() for line, match in found.items() if match}
    people = User.objects.filter(email__in=set(addresses.values())).in_bulk(field_name="email")
    report = []
    for line in lines:
        student = people.get(addresses.get(line, ""))
        if student is not None:
            report.append(_add(cohort, student, line, by=by, at=at))
        else:
            unknown = Outcome.UNKNOWN if line in addresses else Outcome.UNREADABLE
            report.append(Added(line, unknown))
    return report


def add_chosen(
    cohort: Cohort, *, students: Iterable[User], by: User, at: datetime
) -> Sequence[Added]:
    return [_add(cohort, each, each.get_full_name(), by=by, at=at) for each in students]


def _add(cohort: Cohort, student: User, text: str, *, by: User, at: datetime) -> Added:
    present = CohortMember.objects.present().filter(cohort=cohort, student=student)
    if present.exists():
        return Added(text, Outcome.THERE, student)
    try:
        join_cohort(cohort, student=student, by=by, at=at)
    except InAnotherCohort:
        return Added(text, Outcome.ELSEWHERE, student)
    except DomainError as refusal:
        if "student" not in refusal.details:
            raise
        return Added(text, Outcome.NO_STUDENT, student)
    return Added(text, Outcome.ADDED, student)
