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
)
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.charts import Chart, ChartKind, Series
from curriculum.models import Enrollment
from curriculum.querysets import EnrollmentQuerySet
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
LONG_BEFORE = timedelta(days=36_500)
# Of each question its newest version, and what `Sums` holds, in that order. What is divided is
# divided once for each answer: `OFFSET 0` keeps it from being written out wherever it is summed.
_SUMS = """
SELECT question_id, max(version_id), count(*), sum(share), sum(share * share), sum(rest),
    sum(rest * rest), sum(share * rest), count(seconds), coalesce(sum(seconds), 0)
FROM (
    SELECT asked.question_id, version_id, seconds,
        (asked.score / marks)::double precision AS share,
        coalesce(
            ((attempt.score - asked.score) / nullif(max_score - marks, 0))::double precision, 0
        ) AS rest
    FROM quizzes_attempt AS attempt
    JOIN quizzes_attemptquestion AS asked ON attempt_id = attempt.id
    WHERE attempt.id = ANY(%s) AND response IS NOT NULL AND asked.score IS NOT NULL
    OFFSET 0
) AS answered
GROUP BY question_id
"""
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
        match who:
            case Who.DID:
                wanted = self._took
            case Who.NOT_YET:
                wanted = self._could & ~self._took
            case Who.WAITING:
                wanted = self._waits
            case _:
                wanted = self._took | self._could
        return User.objects.filter(wanted)

    def listed(self, who: Who, called: Q, *, order_by: Sequence[str]) -> Listed:
        """Those who are asked for, to be taken page by page."""
        return Listed(self, who, called, order_by)

    def keys(
        self, who: Who, called: Q, *, order_by: Sequence[str], start: int, stop: int
    ) -> list[int]:
        """Those of one page in that order.

        Who took it and who did not are each sought and put in order alone, no further than to
        the end of the page: the database then need not know first who all could have taken it.
        """
        if stop <= start:
            return []
        parts = [Who.DID, Who.NOT_YET] if who is Who.ALL else [who]
        fields = [each.removeprefix("-") for each in order_by]
        first, *others = (
            self._with_keys(part).filter(called).order_by(*order_by).values("pk", *fields)[:stop]
            for part in parts
        )
        together = first.union(*others, all=True).order_by(*order_by) if others else first
        return [row["pk"] for row in together[start:stop]]

    def with_attempts(self, people: QuerySet[User]) -> QuerySet[User]:
        """Their attempts as columns."""
        of_them, ended = self._attempts_of_each, self._ended_of_each
        last = of_them.order_by("-started_at")
        last_ended = ended.order_by("-started_at")
        time = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
        waiting = ended.values("student").annotate(n=Sum("pending_count")).values("n")
        return people.annotate(
            attempts_count=Coalesce(self._count_of_each, 0),
            best_percent=self._best_of_each,
            last_percent=Subquery(
                last_ended.annotate(percent=_percent_of_attempt()).values("percent")[:1]
            ),
            last_at=Subquery(last.values("started_at")[:1]),
            last_time=Subquery(last_ended.annotate(time=time).values("time")[:1]),
            waiting_count=Coalesce(Subquery(waiting), 0),
            is_at_it=Exists(of_them.open()),
        )

    def counts(self, called: Q) -> dict[Who, int]:
        """Each by itself, and together: the database joins what it could not if it were one.

        Who has not taken it is counted among enrollments, without going through all people.
        """
        did, waiting = (self.people(who).filter(called).count() for who in (Who.DID, Who.WAITING))
        could = self._enrolled().of_active_students()
        not_yet = could.exclude(student__in=self.attempts.values("student"))
        if called:
            not_yet = not_yet.filter(student__in=User.objects.filter(called))
        not_yet = not_yet.aggregate(n=Count("student", distinct=True))["n"]
        return {
            Who.ALL: did + not_yet,
            Who.DID: did,
            Who.NOT_YET: not_yet,
            Who.WAITING: waiting,
        }

    @cached_property
    def summary(self) -> Summary:
        ended = self.attempts.ended().order_by().values("student")
        steps = {f"step_{each}": each * 100 // STEPS for each in range(STEPS)}
        found = ended.annotate(best=Max(_percent_of_attempt())).aggregate(
            people=Count("best"),
            average=Avg("best"),
            passed=Count("best", filter=Q(best__gte=self.quiz.pass_percent)),
            **{name: Count("best", filter=Q(best__gte=least)) for name, least in steps.items()},
        )
        at_least = [found.pop(name) for name in steps]
        return Summary(
            **found,
            distribution=[
                these - above for these, above in zip(at_least, [*at_least[1:], 0], strict=True)
            ],
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
        found = _sums(attempts)
        versions = QuestionVersion.objects.in_bulk([newest for newest, _of in found.values()])
        wrong = _wrong_choices(attempts)
        items = [
            ItemRow(
                question,
                versions[newest],
                item_statistics(sums),
                wrong.get(question, ())[:MOST_WRONG_SHOWN],
            )
            for question, (newest, sums) in found.items()
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

    def _with_keys(self, who: Who) -> QuerySet[User]:
        """With what they can be put in order by; of who has no attempt, there is nothing to ask."""
        people = self.people(who)
        if who is Who.NOT_YET:
            return people.annotate(
                attempts_count=Value(0),
                best_key=Value(-1.0),
                last_key=Value(self.quiz.created_at - LONG_BEFORE),
            )
        last = self._attempts_of_each.order_by("-started_at")
        return people.annotate(
            attempts_count=self._count_of_each,
            best_key=Coalesce(self._best_of_each, -1.0),
            last_key=Subquery(last.values("started_at")[:1]),
        )

    @property
    def _attempts_of_each(self) -> AttemptQuerySet:
        return self.attempts.filter(student=OuterRef("pk")).order_by()

    @property
    def _ended_of_each(self) -> AttemptQuerySet:
        return self._attempts_of_each.exclude(status="in_progress")

    @property
    def _count_of_each(self) -> Subquery:
        count = self._attempts_of_each.values("student").annotate(n=Count("pk"))
        return Subquery(count.values("n"))

    @property
    def _best_of_each(self) -> Subquery:
        best = self._ended_of_each.values("student").annotate(best=Max(_percent_of_attempt()))
        return Subquery(best.values("best"))

    @property
    def _could(self) -> Q:
        return Q(is_active=True, pk__in=self._enrolled().values("student"))

    def _enrolled(self) -> EnrollmentQuerySet:
        """By what those whom this person sees may take it."""
        enrolled = Enrollment.objects.with_access(self.at).exclude(student=self.user)
        seen = enrolled.visible_to(self.user)
        track = self.quiz.track
        if track is None:
            return seen
        if track.code in self.user.tracks:
            return seen.filter(track=track)
        return enrolled.filter(track=track, student__in=seen.values("student"))


@dataclass(frozen=True)
class Listed:
    """People in an order, of whom only those of a page are ever fetched."""

    results: Results
    who: Who
    called: Q
    order_by: Sequence[str]

    def __getitem__(self, page: slice) -> list[User]:
        keys = self.results.keys(
            self.who, self.called, order_by=self.order_by, start=page.start, stop=page.stop
        )
        found = self.results.with_attempts(User.objects.filter(pk__in=keys)).in_bulk()
        return [found[key] for key in keys if key in found]


def _sums(attempts: Sequence[UUID]) -> dict[int, tuple[int, Sums]]:
    """Of each question its newest version that was answered, and how it fared."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [list(attempts)])
        return {question: (newest, Sums(*rest)) for question, newest, *rest in cursor.fetchall()}


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
