"""The class board: how far everybody on a track is, who is stuck, who waits, what is overdue."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from curriculum.models import (
    Cohort,
    CohortMember,
    Comment,
    Enrollment,
    Extension,
    Project,
    StepProgress,
    Submission,
    SubmissionStatus,
    Track,
)
from curriculum.progress import Due, due_dates_of_many, outlines_of, work_of
from curriculum.rules import (
    STUCK_AFTER,
    ProjectOutline,
    TrackProgress,
    Work,
    is_handed_in,
    is_stuck,
    progress_of,
)

# So many are looked through for what only the rules of progress can tell.
MOST_COUNTED = 300
MOST_ON_BOARD = 200
CHUNK = 200
NEVER = timedelta(days=36_500)


class Show(models.TextChoices):
    STUCK = "stuck", _("Stuck")
    WAITING = "waiting", _("Waiting for review")
    OVERDUE = "overdue", _("Overdue")


@dataclass(frozen=True)
class ClassFilters:
    """What one looks at; addresses of the board hold it."""

    track: Track
    cohort: Cohort | None = None
    show: str = ""
    search: str = ""
    is_board: bool = False

    @property
    def narrows(self) -> bool:
        return bool(self.cohort or self.show or self.search)

    def query(self, **changes: Any) -> str:
        asked: dict[str, Any] = {
            "track": self.track.code,
            "cohort": self.cohort.pk if self.cohort else "",
            "show": self.show,
            "q": self.search,
            "view": "board" if self.is_board else "",
            **changes,
        }
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class ClassRow:
    """One student on the track, with what the page tells of them."""

    student: User
    cohort: str
    progress: TrackProgress
    current: Project | None
    last_move: datetime
    is_stuck: bool
    waiting: int
    waits_since: datetime | None
    due: Due | None
    overdue: Sequence[Project]


@dataclass(frozen=True)
class ClassCounts:
    """None where there are too many to look through."""

    all: int
    stuck: int | None = None
    waiting: int | None = None
    overdue: int | None = None


class ClassBoard:
    """As one person sees it at one moment."""

    def __init__(self, user: User, filters: ClassFilters, *, at: datetime) -> None:
        self.user, self.filters, self.at = user, filters, at
        self._track = filters.track

    @property
    def enrollments(self) -> Any:
        """Those that are shown, with what they can be sorted by."""
        return self._shown(self.filters.show)

    @cached_property
    def counts(self) -> ClassCounts:
        rows = self._in_scope()
        total = self._in_scope_or_inactive().of_active_students().count()
        if total > MOST_COUNTED:
            return ClassCounts(total)
        found = measured(rows, at=self.at).aggregate(
            stuck=Count("pk", filter=self._is_stuck()),
            waiting=Count("pk", filter=Q(waits_since__isnull=False)),
        )
        return ClassCounts(total, **found, overdue=len(self._overdue))

    @property
    def count(self) -> int:
        """Of those that are shown; what was counted for all tabs is not counted again."""
        counted = self.counts.all
        if self.filters.show:
            counted = getattr(self.counts, self.filters.show)
        return self.enrollments.count() if counted is None else counted

    def rows(self, enrollments: Collection[Any]) -> list[ClassRow]:
        """What is told of these: as many queries for many as for one."""
        students = [each.student_id for each in enrollments]
        if not students:
            return []
        outline, work = self._outline, work_of(students, [self._track])
        dues = due_dates_of_many(self._track, students)
        cohorts = self._cohorts_of(students)
        projects = {each.pk: each for each in self.projects}
        found = []
        for enrollment in enrollments:
            student = enrollment.student_id
            progress = progress_of(outline, work[student])
            late = _late(outline, progress, work[student], dues.get(student, {}), at=self.at)
            here = progress.current
            found.append(
                ClassRow(
                    student=enrollment.student,
                    cohort=cohorts.get(student, ""),
                    progress=progress,
                    current=projects.get(here.project) if here else None,
                    last_move=enrollment.last_move,
                    is_stuck=not progress.is_complete
                    and is_stuck(enrollment.last_move, at=self.at),
                    waiting=sum(each.waiting for each in progress.projects),
                    waits_since=enrollment.waits_since,
                    due=dues.get(student, {}).get(here.project) if here else None,
                    overdue=[projects[each] for each in late],
                )
            )
        return found

    @cached_property
    def projects(self) -> list[Project]:
        return list(
            Project.objects.filter(track=self._track).order_by("number").defer("brief", "goals")
        )

    def everybody(self, order_by: Sequence[str]) -> Iterator[ClassRow]:
        """All of them, some at a time, for a file."""
        ordered = self.enrollments.order_by(*order_by)
        start = 0
        while chunk := list(ordered[start : start + CHUNK]):
            yield from self.rows(chunk)
            start += CHUNK

    def by_project(self) -> list[tuple[Project | None, list[ClassRow]]]:
        """Who is where, as far as a board has room; who is through stands last, under none."""
        shown = self.enrollments.order_by("student__name", "pk")[:MOST_ON_BOARD]
        places: dict[int, list[ClassRow]] = {each.pk: [] for each in self.projects}
        done: list[ClassRow] = []
        for row in self.rows(list(shown)):
            (places[row.current.pk] if row.current else done).append(row)
        columns: list[tuple[Project | None, list[ClassRow]]] = [
            (each, places[each.pk]) for each in self.projects
        ]
        return [*columns, (None, done)] if done else columns

    def _shown(self, show: str) -> Any:
        rows = measured(self._in_scope(), at=self.at).select_related("student")
        if show == Show.STUCK:
            return rows.filter(self._is_stuck())
        if show == Show.WAITING:
            return rows.filter(waits_since__isnull=False)
        if show == Show.OVERDUE:
            return rows.filter(student__in=self._overdue)
        return rows

    def _in_scope(self) -> Any:
        return self._in_scope_or_inactive().filter(student__is_active=True)

    def _in_scope_or_inactive(self) -> Any:
        rows = Enrollment.objects.visible_to(self.user).with_access(self.at)
        rows = rows.filter(track=self._track).exclude(student=self.user)
        if self.filters.cohort is not None:
            members = CohortMember.objects.present().filter(cohort=self.filters.cohort)
            rows = rows.filter(student__in=members.values("student"))
        if self.filters.search:
            matching = User.objects.matching(self.filters.search)
            rows = rows.filter(student__in=matching.values("pk"))
        return rows

    def _is_stuck(self) -> Q:
        return Q(last_move__lte=self.at - STUCK_AFTER) & ~Q(done__gte=self._total)

    @cached_property
    def _total(self) -> int:
        """How much there is to do; where nothing is, nobody is through."""
        return progress_of(self._outline, Work()).total or 1

    @cached_property
    def _outline(self) -> Sequence[ProjectOutline]:
        return outlines_of([self._track])[self._track.pk]

    @cached_property
    def _overdue(self) -> set[int]:
        """Of those who have days to keep, whoever has not."""
        kept = CohortMember.objects.present().filter(cohort__track=self._track)
        extended = Extension.objects.filter(project__track=self._track)
        with_days = Q(student__in=kept.values("student")) | Q(
            student__in=extended.values("student")
        )
        students = list(self._in_scope().filter(with_days).values_list("student", flat=True))
        outline, work = self._outline, work_of(students, [self._track])
        dues = due_dates_of_many(self._track, students)
        return {
            student
            for student in students
            if _late(
                outline,
                progress_of(outline, work[student]),
                work[student],
                dues.get(student, {}),
                at=self.at,
            )
        }

    def _cohorts_of(self, students: Collection[int]) -> dict[int, str]:
        members = CohortMember.objects.present().filter(
            student__in=students, cohort__track=self._track
        )
        return dict(members.values_list("student", "cohort__name"))


def measured(rows: Any, *, at: datetime) -> Any:
    """Enrollments with `done`, `last_move` and `waits_since` of each on its track."""
    own, track = {"student": OuterRef("student")}, OuterRef("track")
    ticks = StepProgress.objects.filter(**own, step__project__track=track)
    counted = ticks.filter(step__retired_at=None, step__is_required=True)
    work = Submission.objects.filter(**own, deliverable__project__track=track)
    approved = work.filter(
        status=SubmissionStatus.APPROVED,
        deliverable__retired_at=None,
        deliverable__is_required=True,
    )
    said = Comment.objects.filter(
        author=OuterRef("student"), submission__deliverable__project__track=track
    )
    waiting = work.filter(status=SubmissionStatus.PENDING)
    return rows.annotate(
        done=_of_each(counted, Count("pk")) + _of_each(approved, Count("pk")),
        last_move=Greatest(
            F("enrolled_at"),
            _of_each(ticks, Max("done_at"), default=None),
            _of_each(work, Max("submitted_at"), default=None),
            _of_each(said, Max("created_at"), default=None, by="author"),
        ),
        waits_since=_of_each(waiting, Min("submitted_at"), default=None),
        waits_key=Coalesce("waits_since", Value(at + NEVER)),
    )


def longest_stuck(user: User, *, at: datetime, most: int) -> list[Any]:
    """Of a trainer's own students, for staff of those in cohorts, who has not moved for longest."""
    rows = Enrollment.objects.visible_to(user).with_access(at).filter(student__is_active=True)
    if user.role == Role.TRAINER:
        rows = rows.filter(student__in=User.objects.looked_after_by(user).values("pk"))
    else:
        running = CohortMember.objects.present().filter(
            student=OuterRef("student"), cohort__track=OuterRef("track")
        )
        rows = rows.filter(Exists(running))
    idle = measured(rows, at=at).filter(last_move__lte=at - STUCK_AFTER)
    found = list(idle.select_related("student", "track").order_by("last_move", "pk")[: most * 4])
    outlines = outlines_of({each.track for each in found}) if found else {}
    totals = {track: progress_of(each, Work()).total or 1 for track, each in outlines.items()}
    return [each for each in found if each.done < totals[each.track_id]][:most]


def _of_each(rows: Any, value: Any, *, default: int | None = 0, by: str = "student") -> Any:
    """One figure of a student's rows, as a part of the query for the student."""
    found = Subquery(rows.order_by().values(by).annotate(found=value).values("found"))
    return found if default is None else Coalesce(found, Value(default))


def _late(
    outline: Sequence[ProjectOutline],
    progress: TrackProgress,
    work: Work,
    dues: dict[int, Due],
    *,
    at: datetime,
) -> list[int]:
    """Projects whose day is over, and of which something required was not even handed in."""
    by_key = {each.id: each for each in outline}
    return [
        project.project
        for project in progress.projects
        if not project.is_complete
        and not is_handed_in(by_key[project.project], work)
        and (due := dues.get(project.project)) is not None
        and due.is_over(at)
    ]
