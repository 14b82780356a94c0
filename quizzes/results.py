"""How a quiz went: people, scores, questions, in few queries for any number of attempts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextChoices,
)
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.charts import Chart, ChartKind, Series
from curriculum.models import Enrollment
from curriculum.querysets import students_seen_by
from questions.kinds import BY_HAND, QuestionType
from questions.models import QuestionVersion
from questions.statistics import ItemStatistics, Sums, is_key_doubtful, item_statistics
from quizzes.models import Attempt, AttemptQuestion, Quiz
from quizzes.querysets import AttemptQuerySet

STEPS = 10
MOST_WRONG_SHOWN = 2
COUNTED = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE)
# Of each version, how often each of its wrong choices was taken in attempts that ended.
_WRONG_CHOICES = """
SELECT asked.question_id, choice.text, count(*) AS times
FROM quizzes_attemptquestion AS asked
JOIN quizzes_attempt AS attempt ON attempt.id = asked.attempt_id
JOIN questions_questionversion AS version ON version.id = asked.version_id
CROSS JOIN LATERAL jsonb_array_elements_text(
    CASE WHEN jsonb_typeof(asked.response) = 'array' THEN asked.response ELSE '[]' END
) AS taken (id)
JOIN questions_choice AS choice
    ON choice.version_id = version.id AND choice.id::text = taken.id AND NOT choice.is_correct
WHERE attempt.quiz_id = %s AND attempt.status <> 'in_progress' AND version.type = ANY(%s)
GROUP BY asked.question_id, choice.text
ORDER BY asked.question_id, times DESC, choice.text
"""


class Who(TextChoices):
    ALL = "", gettext_lazy("Everybody")
    DID = "did", gettext_lazy("Took it")
    NOT_YET = "not", gettext_lazy("Not yet")
    WAITING = "waiting", gettext_lazy("Waits for marks")


@dataclass(frozen=True)
class WrongChoice:
    text: str
    times: int


@dataclass(frozen=True)
class ItemRow:
    """How one question fared in this quiz."""

    question: int
    version: QuestionVersion
    statistics: ItemStatistics
    wrong: Sequence[WrongChoice] = field(default_factory=tuple)

    @property
    def has_doubtful_key(self) -> bool:
        return is_key_doubtful(self.statistics, type_=self.version.type)

    @property
    def percent(self) -> float | None:
        facility = self.statistics.facility
        return None if facility is None else 100 * facility


@dataclass(frozen=True)
class Summary:
    """Of the best attempt of each person that ended one."""

    people: int
    average: float | None
    passed: int
    distribution: Sequence[int]

    @property
    def passed_percent(self) -> int | None:
        return round(100 * self.passed / self.people) if self.people else None


class Results:
    """For somebody who may see them: the people are those whom they see elsewhere too."""

    def __init__(self, quiz: Quiz, user: User, *, at: datetime) -> None:
        self.quiz, self.user, self.at = quiz, user, at

    @property
    def attempts(self) -> AttemptQuerySet:
        return Attempt.objects.visible_to(self.user).filter(quiz=self.quiz)

    def people(self) -> QuerySet[User]:
        """Whoever took it, and whoever could have: with their attempts as columns."""
        of_them = self.attempts.filter(student=OuterRef("pk")).order_by().values("student")
        ended = of_them.exclude(status="in_progress")
        share = Max(_percent_of_attempt())
        last = self.attempts.filter(student=OuterRef("pk")).order_by("-started_at")
        time = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
        return User.objects.filter(
            Q(pk__in=self.attempts.values("student")) | Q(pk__in=self._expected().values("pk"))
        ).annotate(
            attempts_count=Coalesce(Subquery(of_them.annotate(n=Count("pk")).values("n")), 0),
            best_percent=Subquery(ended.annotate(best=share).values("best")),
            best_key=Coalesce(F("best_percent"), -1.0),
            last_percent=Subquery(
                last.exclude(status="in_progress")
                .annotate(percent=_percent_of_attempt())
                .values("percent")[:1]
            ),
            last_at=Subquery(last.values("started_at")[:1]),
            last_key=Coalesce(F("last_at"), self.quiz.created_at - timedelta(days=36_500)),
            last_time=Subquery(
                last.exclude(status="in_progress").annotate(time=time).values("time")[:1]
            ),
            waiting_count=Coalesce(Subquery(ended.annotate(n=Sum("pending_count")).values("n")), 0),
            is_at_it=Exists(self.attempts.open().filter(student=OuterRef("pk"))),
        )

    def shown(self, who: str, people: QuerySet[User]) -> QuerySet[User]:
        return people.filter(_WHO[Who(who)]) if who else people

    def counts(self, people: QuerySet[User]) -> dict[str, int]:
        filters = {f"n_{who.value or 'all'}": Count("pk", filter=_WHO[who]) for who in Who}
        return people.aggregate(**filters)

    @cached_property
    def summary(self) -> Summary:
        ended = self.attempts.ended().order_by().values("student")
        bests = list(ended.annotate(best=Max(_percent_of_attempt())).values_list("best", flat=True))
        known = [each for each in bests if each is not None]
        distribution = [0] * STEPS
        for each in known:
            distribution[min(STEPS - 1, int(each) * STEPS // 100)] += 1
        return Summary(
            people=len(known),
            average=sum(known) / len(known) if known else None,
            passed=sum(int(each) >= self.quiz.pass_percent for each in known),
            distribution=distribution,
        )

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Of all attempts: how many there are, how many wait, how long they took on average."""
        time = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
        return self.attempts.aggregate(
            n=Count("pk"),
            abandoned=Count("pk", filter=Q(status="abandoned")),
            time=Avg(time, filter=Q(status="submitted")),
        )

    @property
    def waiting(self) -> QuerySet[AttemptQuestion]:
        return answers_to_mark(self.quiz).filter(score=None)

    def chart(self) -> Chart:
        width = 100 // STEPS
        labels = [f"{start}–{start + width - 1}" for start in range(0, 100, width)]  # noqa: RUF001
        labels[-1] = f"{100 - width}–100"  # noqa: RUF001
        values = [float(each) for each in self.summary.distribution]
        return Chart(ChartKind.BAR, _("Percent"), labels, [Series(_("People"), values)])

    def items(self) -> list[ItemRow]:
        """Every question that was answered, the hardest first."""
        rows = {row["question_id"]: row for row in self._sums()}
        versions = QuestionVersion.objects.in_bulk([row["newest"] for row in rows.values()])
        wrong = self._wrong_choices()
        items = [
            ItemRow(
                question,
                versions[row.pop("newest")],
                item_statistics(_sums_in(row)),
                wrong.get(question, ())[:MOST_WRONG_SHOWN],
            )
            for question, row in rows.items()
        ]
        return sorted(items, key=lambda each: (each.statistics.facility or 0.0, each.question))

    def rows(self) -> Iterator[Attempt]:
        """For export: one after the other, however many they are."""
        ordered = self.attempts.select_related("student").order_by(
            "student__name", "student", "number"
        )
        return ordered.iterator(chunk_size=500)

    def _expected(self) -> QuerySet[User]:
        seen = students_seen_by(self.user, at=self.at)
        if self.quiz.track_id is None:
            return seen
        on_track = Enrollment.objects.with_access(self.at).filter(track=self.quiz.track_id)
        return seen.filter(pk__in=on_track.values("student"))

    def _sums(self) -> QuerySet[AttemptQuestion, dict[str, Any]]:
        share = Cast(F("score") / F("marks"), FloatField())
        rest = Coalesce(
            Cast(
                (F("attempt__score") - F("score"))
                / NullIf(F("attempt__max_score") - F("marks"), Decimal(0)),
                FloatField(),
            ),
            0.0,
        )
        answered = AttemptQuestion.objects.filter(
            attempt__in=self.attempts.ended().values("pk"),
            response__isnull=False,
            score__isnull=False,
        )
        return (
            answered.annotate(share=share, rest=rest)
            .order_by()
            .values("question_id")
            .annotate(
                newest=Max("version_id"),
                answers=Count("pk"),
                share_sum=Sum("share"),
                share_squares=Sum(F("share") * F("share")),
                rest_sum=Sum("rest"),
                rest_squares=Sum(F("rest") * F("rest")),
                products=Sum(F("share") * F("rest")),
                timed=Count("seconds"),
                seconds_sum=Coalesce(Sum("seconds"), 0),
            )
        )

    def _wrong_choices(self) -> dict[int, list[WrongChoice]]:
        found: dict[int, list[WrongChoice]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_WRONG_CHOICES, [self.quiz.pk, [each.value for each in COUNTED]])
            for question, text, times in cursor.fetchall():
                found.setdefault(question, []).append(WrongChoice(text, times))
        return found


def answers_to_mark(quiz: Quiz) -> QuerySet[AttemptQuestion]:
    """Those that a person has to look at, marked or not, the oldest first."""
    found = AttemptQuestion.objects.filter(
        attempt__quiz=quiz, version__type__in=BY_HAND, response__isnull=False
    ).exclude(attempt__status="in_progress")
    return found.order_by("attempt__ended_at", "pk")


def _percent_of_attempt() -> Cast:
    return Cast(100 * F("score") / NullIf(F("max_score"), Decimal(0)), FloatField())


def _sums_in(row: dict[str, Any]) -> Sums:
    return Sums(**{name: said for name, said in row.items() if name != "question_id"})


_WHO = {
    Who.ALL: Q(pk__isnull=False),
    Who.DID: Q(attempts_count__gt=0),
    Who.NOT_YET: Q(attempts_count=0),
    Who.WAITING: Q(waiting_count__gt=0),
}
