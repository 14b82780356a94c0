"""How a quiz went: people, scores, questions, in few queries for any number of attempts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    Avg,
    Case,
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
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import STAFF
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
# In the page's figures of single questions: enough to say how one fares, however many there are.
NEWEST_ATTEMPTS = 500
# Of each question, how often each of its wrong choices was taken. Equal answers are counted first.
_WRONG_CHOICES = """
SELECT question_id, choice.text, sum(times) AS taken
FROM (
    SELECT asked.question_id, version_id, response, count(*) AS times
    FROM quizzes_attemptquestion AS asked
    JOIN questions_questionversion AS version ON version.id = version_id
    WHERE attempt_id = ANY(%s) AND NOT is_correct AND type = ANY(%s)
        AND jsonb_typeof(response) = 'array'
    GROUP BY asked.question_id, version_id, response
) AS given
CROSS JOIN LATERAL jsonb_array_elements_text(response) AS chosen (id)
JOIN questions_choice AS choice
    ON choice.version_id = given.version_id AND choice.id::text = chosen.id
    AND NOT choice.is_correct
GROUP BY question_id, choice.text
ORDER BY question_id, taken DESC, choice.text
"""


class Who(TextChoices):
    ALL = "", gettext_lazy("Everybody")
    DID = "did", gettext_lazy("Took it")
    NOT_YET = "not", gettext_lazy("Not yet")
    WAITING = "waiting", gettext_lazy("Waits to be marked")


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
        """All of them: whoever sees how a quiz went sees everybody's (`quizzes.view_results`)."""
        return Attempt.objects.filter(quiz=self.quiz)

    def people(self, who: Who = Who.ALL) -> QuerySet[User]:
        """Whoever took it, and whoever could have; or those of them who are asked for."""
        wanted = {
            Who.ALL: self._took | self._could,
            Who.DID: self._took,
            Who.NOT_YET: self._could & ~self._took,
            Who.WAITING: self._waits,
        }
        return User.objects.filter(wanted[who])

    def with_attempts(self, people: QuerySet[User]) -> QuerySet[User]:
        """Their attempts as columns; `…_key` are to order by, and cheap for those without any."""
        of_them = self.attempts.filter(student=OuterRef("pk")).order_by()
        ended = of_them.exclude(status="in_progress")
        last = of_them.order_by("-started_at")
        last_ended = last.exclude(status="in_progress")
        time = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
        count = of_them.values("student").annotate(n=Count("pk")).values("n")
        best = ended.values("student").annotate(best=Max(_percent_of_attempt())).values("best")
        waiting = ended.values("student").annotate(n=Sum("pending_count")).values("n")
        before_all = Value(self.quiz.created_at - timedelta(days=36_500))
        return people.annotate(
            attempts_count=self._of_takers(Subquery(count), none=0),
            best_percent=Subquery(best),
            best_key=self._of_takers(Coalesce(Subquery(best), -1.0), none=-1.0),
            last_percent=Subquery(
                last_ended.annotate(percent=_percent_of_attempt()).values("percent")[:1]
            ),
            last_at=Subquery(last.values("started_at")[:1]),
            last_key=self._of_takers(Subquery(last.values("started_at")[:1]), none=before_all),
            last_time=Subquery(last_ended.annotate(time=time).values("time")[:1]),
            waiting_count=Coalesce(Subquery(waiting), 0),
            is_at_it=Exists(of_them.open()),
        )

    def counts(self, called: Q) -> dict[Who, int]:
        """Each by itself, and together: the database joins what it could not if it were one."""
        did, not_yet, waiting = (
            self.people(who).filter(called).count() for who in (Who.DID, Who.NOT_YET, Who.WAITING)
        )
        return {
            Who.ALL: did + not_yet,
            Who.DID: did,
            Who.NOT_YET: not_yet,
            Who.WAITING: waiting,
        }

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
        """Of all attempts: how many there are, what waits for marks, how long one takes."""
        time = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
        return self.attempts.aggregate(
            n=Count("pk"),
            ended=Count("pk", filter=~Q(status="in_progress")),
            abandoned=Count("pk", filter=Q(status="abandoned")),
            waiting=Coalesce(Sum("pending_count"), 0),
            time=Avg(time, filter=Q(status="submitted")),
        )

    def chart(self) -> Chart:
        width = 100 // STEPS
        labels = [f"{start}–{start + width - 1}" for start in range(0, 100, width)]  # noqa: RUF001
        labels[-1] = f"{100 - width}–100"  # noqa: RUF001
        values = [float(each) for each in self.summary.distribution]
        return Chart(ChartKind.BAR, _("Percent"), labels, [Series(_("People"), values)])

    def items(self, *, newest: int | None = None) -> list[ItemRow]:
        """Every question that was answered, the hardest first; of so many attempts, or of all."""
        ended = self.attempts.ended().order_by("-ended_at", "pk")
        attempts = list(ended.values_list("pk", flat=True)[:newest])
        rows = {row["question_id"]: row for row in _sums(self.quiz, attempts)}
        versions = QuestionVersion.objects.in_bulk([row["newest"] for row in rows.values()])
        wrong = _wrong_choices(attempts)
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

    @property
    def _took(self) -> Q:
        return Q(pk__in=self.attempts.values("student"))

    @property
    def _waits(self) -> Q:
        return Q(pk__in=self.attempts.filter(pending_count__gt=0).values("student"))

    def _of_takers(self, figure: Any, *, none: Any) -> Case:
        """Asked for those alone who took it; of many who could have, most have not."""
        return Case(When(self._took, then=figure), default=none)

    @property
    def _could(self) -> Q:
        could = Q(is_active=True) & ~Q(pk=self.user.pk)
        if self.user.role not in STAFF:
            could &= Q(pk__in=students_seen_by(self.user, at=self.at).values("pk"))
        if self.user.role in STAFF or self.quiz.track_id is not None:
            could &= Q(pk__in=self._enrolled().values("student"))
        return could

    def _enrolled(self) -> QuerySet[Enrollment]:
        enrolled = Enrollment.objects.with_access(self.at)
        if self.quiz.track_id is None:
            return enrolled
        return enrolled.filter(track=self.quiz.track_id)


def _sums(quiz: Quiz, attempts: Sequence[UUID]) -> QuerySet[AttemptQuestion, dict[str, Any]]:
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
        attempt__in=attempts, attempt__quiz=quiz, response__isnull=False, score__isnull=False
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


def _wrong_choices(attempts: Sequence[UUID]) -> dict[int, list[WrongChoice]]:
    found: dict[int, list[WrongChoice]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WRONG_CHOICES, [list(attempts), [each.value for each in COUNTED]])
        for question, text, times in cursor.fetchall():
            found.setdefault(question, []).append(WrongChoice(text, int(times)))
    return found


def answers_to_mark(quiz: Quiz) -> QuerySet[AttemptQuestion]:
    """Those that a person has to look at, marked or not, the oldest first."""
    found = AttemptQuestion.objects.filter(
        attempt__quiz=quiz, version__type__in=BY_HAND, response__isnull=False
    ).exclude(attempt__status="in_progress")
    return found.order_by("attempt__ended_at", "pk")


def answers_waiting(quiz: Quiz) -> QuerySet[AttemptQuestion]:
    """Of these, those without marks. Attempts know how many they have, so no other is read."""
    return answers_to_mark(quiz).filter(attempt__pending_count__gt=0, score=None)


def answers_marked(quiz: Quiz) -> QuerySet[AttemptQuestion]:
    return answers_to_mark(quiz).filter(marked_at__isnull=False)


def waiting_count(quiz: Quiz) -> int:
    attempts = Attempt.objects.filter(quiz=quiz, pending_count__gt=0)
    return int(attempts.aggregate(n=Coalesce(Sum("pending_count"), 0))["n"])


def _percent_of_attempt() -> Cast:
    return Cast(100 * F("score") / NullIf(F("max_score"), Decimal(0)), FloatField())


def _sums_in(row: dict[str, Any]) -> Sums:
    return Sums(**{name: said for name, said in row.items() if name != "question_id"})
