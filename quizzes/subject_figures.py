"""How a subject goes: for one student, and for those who teach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Q
from django.db.models.functions import Cast

from accounts.models import User
from questions.models import Chapter, Question, QuestionVersion, Subject, VersionStatistics
from questions.statistics import ItemStatistics, Sums, is_key_doubtful, item_statistics
from quizzes.models import AttemptQuestion, Feedback


@dataclass(frozen=True)
class Part:
    """A chapter, or what stands under none."""

    id: int | None
    name: str


@dataclass(frozen=True)
class OwnFigures:
    answered: int = 0
    right: int = 0
    share_sum: float = 0

    @property
    def facility(self) -> float | None:
        return round(self.share_sum / self.answered, 4) if self.answered else None


@dataclass(frozen=True)
class PartFigures:
    questions: int = 0
    answers: int = 0
    share_sum: float = 0
    flagged: int = 0

    @property
    def facility(self) -> float | None:
        return round(self.share_sum / self.answers, 4) if self.answers else None


def own_figures(subject: Subject, *, user: User, at: datetime) -> list[tuple[Part, OwnFigures]]:
    """By chapter. Of attempts that ended and whose results may be told already."""
    may_be_told = ~Q(attempt__quiz__feedback=Feedback.AFTER_CLOSING) | Q(
        attempt__quiz__closes_at__lte=at
    )
    answered = AttemptQuestion.objects.filter(
        may_be_told,
        attempt__student=user,
        version__question__subject=subject,
        response__isnull=False,
        score__isnull=False,
    ).exclude(attempt__status="in_progress")
    share = Avg(Cast(F("score") / F("marks"), FloatField()))
    rows = (
        answered.order_by()
        .values("version__question__chapter")
        .annotate(n=Count("pk"), right=Count("pk", filter=Q(is_correct=True)), share=share)
    )
    found = {
        row["version__question__chapter"]: OwnFigures(
            row["n"], row["right"], row["n"] * row["share"]
        )
        for row in rows
    }
    return [(part, found.get(part.id, OwnFigures())) for part in _parts(subject, found)]


@dataclass(frozen=True)
class Fared:
    """How one question fared."""

    statistics: ItemStatistics
    type: str

    @property
    def is_flagged(self) -> bool:
        return is_key_doubtful(self.statistics, type_=self.type)


def fared_of(subject: Subject, *, user: User) -> dict[int, Fared]:
    """By the newest versions of what this person sees in the bank, by question."""
    names = [each.name for each in fields(Sums)]
    rows = VersionStatistics.objects.filter(
        version__in=QuestionVersion.objects.newest(),
        version__question__in=questions_of(subject, user=user),
    ).values_list("version__question", "version__type", *names)
    return {question: Fared(item_statistics(Sums(*sums)), type_) for question, type_, *sums in rows}


def part_figures(
    subject: Subject, fared: Mapping[int, Fared], *, user: User
) -> list[tuple[Part, PartFigures]]:
    found: dict[int | None, PartFigures] = {}
    rows = questions_of(subject, user=user).values_list("pk", "chapter")
    for question, chapter in rows:
        before = found.get(chapter, PartFigures())
        known = fared.get(question)
        answers = known.statistics.answers if known else 0
        found[chapter] = PartFigures(
            before.questions + 1,
            before.answers + answers,
            before.share_sum + answers * ((known.statistics.facility if known else None) or 0),
            before.flagged + bool(known and known.is_flagged),
        )
    return [(part, found.get(part.id, PartFigures())) for part in _parts(subject, found)]


def questions_of(subject: Subject, *, user: User) -> Any:
    return Question.objects.visible_to(user).in_use().filter(subject=subject)


def whole_of(parts: Sequence[PartFigures]) -> PartFigures:
    return PartFigures(*(sum(each) for each in zip(*map(astuple, parts), strict=True)))


def own_whole_of(parts: Sequence[OwnFigures]) -> OwnFigures:
    return OwnFigures(*(sum(each) for each in zip(*map(astuple, parts), strict=True)))


def _parts(subject: Subject, found: Mapping[int | None, object]) -> list[Part]:
    """All chapters in their order; what is under none only where there is something."""
    chapters = Chapter.objects.filter(subject=subject).order_by("position", "name")
    parts = [Part(each.pk, each.name) for each in chapters]
    return [*parts, Part(None, "")] if None in found else parts
