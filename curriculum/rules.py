"""What holds without a database, a clock or a request: progress, what is open, what is due when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")

APPROVED = "approved"
PENDING = "pending"
CHANGES_REQUESTED = "changes_requested"
REJECTED = "rejected"
DAYS_OF_WEEK = 7
STUCK_AFTER = timedelta(days=7)


class ProjectStatus(StrEnum):
    LOCKED = "locked"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"


@dataclass(frozen=True)
class StepOutline:
    id: int
    is_required: bool = True


@dataclass(frozen=True)
class DeliverableOutline:
    id: int
    is_required: bool = True


@dataclass(frozen=True)
class ProjectOutline:
    """The living parts of a project, in their order."""

    id: int
    number: int
    steps: tuple[StepOutline, ...] = ()
    deliverables: tuple[DeliverableOutline, ...] = ()


@dataclass(frozen=True)
class Work:
    """What one student has done: steps ticked off, and how each deliverable stands."""

    steps: Collection[int] = frozenset()
    deliverables: Mapping[int, str] | None = None

    def status_of(self, deliverable: int) -> str:
        return (self.deliverables or {}).get(deliverable, "")


@dataclass(frozen=True)
class ProjectProgress:
    """`done` of `total` required steps and deliverables; what is optional counts for nothing."""

    project: int
    number: int
    status: ProjectStatus
    done: int
    total: int
    open_step: int | None = None
    done_steps: frozenset[int] = frozenset()
    locked_steps: frozenset[int] = frozenset()
    waiting: int = 0

    @property
    def is_locked(self) -> bool:
        return self.status is ProjectStatus.LOCKED

    @property
    def is_complete(self) -> bool:
        return self.status is ProjectStatus.COMPLETE

    @property
    def percent(self) -> int:
        """Also of what asks for nothing: once it is open, nothing of it is left."""
        return 100 if self.is_complete else percent_of(self.done, self.total)


@dataclass(frozen=True)
class TrackProgress:
    projects: tuple[ProjectProgress, ...]

    @property
    def done(self) -> int:
        return sum(project.done for project in self.projects)

    @property
    def total(self) -> int:
        return sum(project.total for project in self.projects)

    @property
    def percent(self) -> int:
        return percent_of(self.done, self.total)

    @property
    def is_complete(self) -> bool:
        """A track that asks for nothing is not there yet, rather than done."""
        return self.total > 0 and all(project.is_complete for project in self.projects)

    @property
    def current(self) -> ProjectProgress | None:
        """Where one is: the first project that is open and not complete."""
        return next(
            (each for each in self.projects if not each.is_complete and not each.is_locked), None
        )

    def of(self, project: int) -> ProjectProgress | None:
        return next((each for each in self.projects if each.project == project), None)


class NextKind(StrEnum):
    REVISE = "revise"
    STEP = "step"
    HAND_IN = "hand_in"
    REJECTED = "rejected"
    WAIT = "wait"
    DONE = "done"


@dataclass(frozen=True)
class Next:
    """The very next thing to do on a track, and where: ids of what it is about."""

    kind: NextKind
    project: int
    step: int | None = None
    deliverable: int | None = None


def percent_of(done: int, total: int) -> int:
    """Never more than what is done: 100 means that nothing is left."""
    return min(100, 100 * done // total) if total else 0


def progress_of(projects: Sequence[ProjectOutline], work: Work) -> TrackProgress:
    """The one rule of progress, for every screen and the API.

    A project opens when the one before it is complete. One that a student has worked on stays
    open, so that nothing closes behind them when content is edited. One without anything required
    is complete as soon as it is open: so it stands in nobody's way.
    """
    found: list[ProjectProgress] = []
    is_open = True
    for project in sorted(projects, key=lambda each: each.number):
        progress = _project_progress(project, work, follows_complete=is_open)
        found.append(progress)
        is_open = progress.is_complete
    return TrackProgress(tuple(found))


def next_of(projects: Sequence[ProjectOutline], work: Work) -> Next | None:
    """What a reviewer asked for comes first, then the next required step, then handing in.

    Nothing on a track that asks for nothing. What is optional never stands in the way.
    """
    ordered = sorted(projects, key=lambda each: each.number)
    for project in ordered:
        for each in project.deliverables:
            if work.status_of(each.id) == CHANGES_REQUESTED:
                return Next(NextKind.REVISE, project.id, deliverable=each.id)
    progress = progress_of(ordered, work)
    current = progress.current
    if current is None:
        return Next(NextKind.DONE, ordered[-1].id) if progress.total else None
    return _next_in(next(each for each in ordered if each.id == current.project), work)


def is_handed_in(project: ProjectOutline, work: Work) -> bool:
    """Whether all that the student can do for it at present is done."""
    steps = all(step.id in work.steps for step in project.steps if step.is_required)
    given = all(
        work.status_of(each.id) in {PENDING, APPROVED}
        for each in project.deliverables
        if each.is_required
    )
    return steps and given


def placed_among(rest: Sequence[T], placed: Sequence[tuple[int, T]]) -> list[T]:
    """Each placed one at its number, from 1; the rest around them in the order that they have."""
    order = list(rest)
    for number, each in sorted(placed, key=lambda pair: pair[0]):
        order.insert(max(0, number - 1), each)
    return order


def due_on(starts_on: date, due_week: int) -> date:
    """The last day of that week, counted from the day of the start."""
    return starts_on + timedelta(days=DAYS_OF_WEEK * due_week - 1)


def is_overdue(due: date, *, time_zone: str, at: datetime) -> bool:
    """A day ends with its last moment where the cohort is, whatever the clocks do that night."""
    end = datetime.combine(due + timedelta(days=1), time.min, tzinfo=ZoneInfo(time_zone))
    return at >= end


def is_stuck(last_move: datetime, *, at: datetime) -> bool:
    return at - last_move >= STUCK_AFTER


def _project_progress(
    project: ProjectOutline, work: Work, *, follows_complete: bool
) -> ProjectProgress:
    required_steps = [step.id for step in project.steps if step.is_required]
    required = [each.id for each in project.deliverables if each.is_required]
    done = sum(step in work.steps for step in required_steps)
    done += sum(work.status_of(each) == APPROVED for each in required)
    total = len(required_steps) + len(required)
    has_begun = any(step.id in work.steps for step in project.steps) or any(
        work.status_of(each.id) for each in project.deliverables
    )
    return ProjectProgress(
        project=project.id,
        number=project.number,
        status=_status(
            done=done, total=total, has_begun=has_begun, is_open=follows_complete or has_begun
        ),
        done=done,
        total=total,
        open_step=next((step.id for step in project.steps if step.id not in work.steps), None),
        done_steps=frozenset(step.id for step in project.steps if step.id in work.steps),
        locked_steps=_locked_steps(project, work, is_open=follows_complete or has_begun),
        waiting=sum(work.status_of(each.id) == PENDING for each in project.deliverables),
    )


def _next_in(project: ProjectOutline, work: Work) -> Next:
    for step in project.steps:
        if step.is_required and step.id not in work.steps:
            return Next(NextKind.STEP, project.id, step=step.id)
    required = [each.id for each in project.deliverables if each.is_required]
    for wanted, kind in (
        ("", NextKind.HAND_IN),
        (REJECTED, NextKind.REJECTED),
        (PENDING, NextKind.WAIT),
    ):
        for each in required:
            if work.status_of(each) == wanted:
                return Next(kind, project.id, deliverable=each)
    return Next(NextKind.WAIT, project.id)


def _status(*, done: int, total: int, has_begun: bool, is_open: bool) -> ProjectStatus:
    if not is_open:
        return ProjectStatus.LOCKED
    if done == total:
        return ProjectStatus.COMPLETE
    return ProjectStatus.IN_PROGRESS if has_begun else ProjectStatus.OPEN


def _locked_steps(project: ProjectOutline, work: Work, *, is_open: bool) -> frozenset[int]:
    """Those that wait for an earlier required one; what is done is never locked."""
    locked: set[int] = set()
    is_way_free = is_open
    for step in project.steps:
        if not is_way_free and step.id not in work.steps:
            locked.add(step.id)
        if step.is_required and step.id not in work.steps:
            is_way_free = False
    return frozenset(locked)
