"""A track as a map for one student: what is done, where they are, what is locked, what is next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from accounts.models import User
from curriculum.models import Deliverable, Project, Step, Submission, Track
from curriculum.progress import Due, due_dates_on, outlines_of, work_of
from curriculum.rules import (
    CHANGES_REQUESTED,
    NextKind,
    ProjectOutline,
    ProjectProgress,
    TrackProgress,
    Work,
    is_handed_in,
    next_of,
    progress_of,
)

COMING = 3


@dataclass(frozen=True)
class NextThing:
    """One clear next action, with what a page has to know to lead there."""

    kind: NextKind
    track: Track
    project: Project
    step: Step | None = None
    step_number: int = 0
    deliverable: Deliverable | None = None
    submission: Submission | None = None

    @property
    def anchor(self) -> str:
        return f"#step-{self.step.pk}" if self.step else ""


@dataclass(frozen=True)
class MapProject:
    """`week` is where on the rule of weeks it ends; `opens_after` is what it still waits for.

    What is locked or handed in is never overdue: there is nothing that its student could do.
    """

    project: Project
    progress: ProjectProgress
    week: float
    due: Due | None
    is_overdue: bool
    days_left: int | None
    is_current: bool
    changes: int
    opens_after: Project | None

    @property
    def state(self) -> str:
        if self.progress.is_complete:
            return "done"
        if self.progress.is_locked:
            return "locked"
        return "current" if self.is_current else "open"

    @property
    def summary(self) -> str:
        """A map says more of where one is, and is short elsewhere."""
        return self.project.summary if self.is_current else ""


@dataclass(frozen=True)
class TrackMap:
    track: Track
    progress: TrackProgress
    projects: Sequence[MapProject]
    next: NextThing | None

    @property
    def complete(self) -> int:
        return sum(each.progress.is_complete for each in self.projects)

    @property
    def waiting(self) -> int:
        return sum(each.progress.waiting for each in self.projects)

    @property
    def coming(self) -> Sequence[MapProject]:
        """Where one is, and what follows."""
        return [each for each in self.projects if not each.progress.is_complete][:COMING]

    @property
    def current(self) -> MapProject | None:
        return next((each for each in self.projects if each.is_current), None)


def maps_of(student: User, tracks: Collection[Track], *, at: datetime) -> list[TrackMap]:
    """One for each track, in their order; as many queries for many tracks as for one."""
    if not tracks:
        return []
    outlines = outlines_of(tracks)
    work = work_of([student.pk], tracks)[student.pk]
    projects = _projects_of(tracks)
    dues = due_dates_on(tracks, student)
    nexts = _next_things(student, tracks, outlines, work, projects)
    return [
        _map(
            track,
            outlines[track.pk],
            work,
            [each for each in projects.values() if each.track_id == track.pk],
            dues,
            nexts.get(track.pk),
            at=at,
        )
        for track in tracks
    ]


def places_on_rule(projects: Iterable[Project]) -> dict[int, float]:
    """Where each project ends, in weeks: those that are due in one week share it evenly."""
    places: dict[int, float] = {}
    before = 0
    by_week = sorted(projects, key=lambda each: (each.due_week, each.number))
    for week, group in groupby(by_week, key=lambda each: each.due_week):
        members = list(group)
        for place, project in enumerate(members, start=1):
            places[project.pk] = before + (week - before) * place / len(members)
        before = week
    return places


def _projects_of(tracks: Collection[Track]) -> dict[int, Project]:
    found = Project.objects.filter(track__in=tracks).order_by("track", "number")
    by_key = {track.pk: track for track in tracks}
    projects = {project.pk: project for project in found.defer("brief", "goals")}
    for project in projects.values():
        project.track = by_key[project.track_id]
    return projects


def _map(
    track: Track,
    outline: Sequence[ProjectOutline],
    work: Work,
    projects: Sequence[Project],
    dues: Mapping[int, Due],
    next_thing: NextThing | None,
    *,
    at: datetime,
) -> TrackMap:
    progress = progress_of(outline, work)
    by_project = {each.id: each for each in outline}
    places = places_on_rule(projects)
    here = progress.current.project if progress.current else None
    entries: list[MapProject] = []
    before: Project | None = None
    for project in projects:
        own = progress.of(project.pk)
        if own is None:
            continue
        due = dues.get(project.pk)
        is_done = own.is_complete or is_handed_in(by_project[project.pk], work)
        statuses = [work.status_of(each.id) for each in by_project[project.pk].deliverables]
        entries.append(
            MapProject(
                project=project,
                progress=own,
                week=places[project.pk],
                due=due,
                is_overdue=bool(due and not (is_done or own.is_locked) and due.is_over(at)),
                days_left=due.days_left(at) if due else None,
                is_current=project.pk == here,
                changes=statuses.count(CHANGES_REQUESTED),
                opens_after=before if own.is_locked else None,
            )
        )
        before = project
    return TrackMap(track, progress, entries, next_thing)


def _next_things(
    student: User,
    tracks: Collection[Track],
    outlines: Mapping[int, Sequence[ProjectOutline]],
    work: Work,
    projects: Mapping[int, Project],
) -> dict[int, NextThing]:
    nexts = {track: next_of(outline, work) for track, outline in outlines.items()}
    found = [each for each in nexts.values() if each is not None]
    steps = Step.objects.filter(pk__in=[each.step for each in found if each.step])
    named = {step.pk: step for step in steps.defer("description", "done_when")}
    wanted = [each.deliverable for each in found if each.deliverable]
    deliverables = Deliverable.objects.filter(pk__in=wanted).defer("about", "rubric").in_bulk()
    handed_in = Submission.objects.filter(student=student, deliverable__in=wanted)
    submissions = {each.deliverable_id: each for each in handed_in}
    numbers = _step_numbers(outlines)
    by_track = {track.pk: track for track in tracks}
    return {
        track: NextThing(
            kind=each.kind,
            track=by_track[track],
            project=projects[each.project],
            step=named.get(each.step or 0),
            step_number=numbers.get(each.step or 0, 0),
            deliverable=deliverables.get(each.deliverable or 0),
            submission=submissions.get(each.deliverable or 0),
        )
        for track, each in nexts.items()
        if each is not None
    }


def _step_numbers(outlines: Mapping[int, Sequence[ProjectOutline]]) -> dict[int, int]:
    """As pages count them: what is retired leaves no gap."""
    numbers: dict[int, int] = defaultdict(int)
    for outline in outlines.values():
        for project in outline:
            numbers.update({step.id: place for place, step in enumerate(project.steps, start=1)})
    return numbers
