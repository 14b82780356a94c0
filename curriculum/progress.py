"""How far students are: the facts that the rules need, fetched for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from curriculum.models import (
    Cohort,
    CohortMember,
    Deliverable,
    DueDate,
    Enrollment,
    Extension,
    Project,
    Step,
    StepProgress,
    Submission,
    Track,
)
from curriculum.rules import (
    DeliverableOutline,
    ProjectOutline,
    StepOutline,
    TrackProgress,
    Work,
    due_on,
    is_overdue,
    progress_of,
)


@dataclass(frozen=True)
class Due:
    """A day, where it ends, and whether it was given to this student alone."""

    due_on: date
    time_zone: str
    is_extended: bool = False

    def is_over(self, at: datetime) -> bool:
        return is_overdue(self.due_on, time_zone=self.time_zone, at=at)

    def days_left(self, at: datetime) -> int:
        """0 on the day itself; less than that once it is over."""
        return (self.due_on - at.astimezone(ZoneInfo(self.time_zone)).date()).days


def outlines_of(tracks: Collection[Track]) -> dict[int, list[ProjectOutline]]:
    """The living outline of each track, by its key: three queries for any number.

    What the parts say is left in the database: only their order and their marks count here.
    """
    projects = list(
        Project.objects.filter(track__in=tracks)
        .order_by("number")
        .values_list("pk", "number", "track_id")
    )
    steps: dict[int, list[StepOutline]] = defaultdict(list)
    for project, pk, is_required in _living_parts(Step.objects.living(), tracks):
        steps[project].append(StepOutline(pk, is_required))
    deliverables: dict[int, list[DeliverableOutline]] = defaultdict(list)
    for project, pk, is_required in _living_parts(Deliverable.objects.living(), tracks):
        deliverables[project].append(DeliverableOutline(pk, is_required))
    found: dict[int, list[ProjectOutline]] = {track.pk: [] for track in tracks}
    for pk, number, track in projects:
        found[track].append(ProjectOutline(pk, number, tuple(steps[pk]), tuple(deliverables[pk])))
    return found


def work_of(students: Collection[int], tracks: Collection[Track]) -> dict[int, Work]:
    """What each student has done on these tracks: two queries for any number."""
    steps: dict[int, set[int]] = defaultdict(set)
    done = StepProgress.objects.filter(student__in=students, step__project__track__in=tracks)
    for student, step in done.values_list("student_id", "step_id"):
        steps[student].add(step)
    statuses: dict[int, dict[int, str]] = defaultdict(dict)
    handed_in = Submission.objects.filter(
        student__in=students, deliverable__project__track__in=tracks
    )
    for student, deliverable, status in handed_in.values_list(
        "student_id", "deliverable_id", "status"
    ):
        statuses[student][deliverable] = status
    return {student: Work(frozenset(steps[student]), statuses[student]) for student in students}


def progress_on(track: Track, student: User) -> TrackProgress:
    outline = outlines_of([track])[track.pk]
    return progress_of(outline, work_of([student.pk], [track])[student.pk])


def progress_of_many(track: Track, students: Collection[int]) -> dict[int, TrackProgress]:
    """Everybody's on one track, for a class board."""
    outline, work = outlines_of([track])[track.pk], work_of(students, [track])
    return {student: progress_of(outline, work[student]) for student in students}


def tracks_of(student: User, *, at: datetime) -> list[Track]:
    """Those that the student may work on, the main one first."""
    enrolled = Enrollment.objects.with_access(at).filter(student=student).select_related("track")
    tracks = [enrollment.track for enrollment in enrolled]
    return sorted(tracks, key=lambda track: (track.code != student.track, track.position))


def due_dates_of(student: User, track: Track) -> dict[int, Due]:
    """When each project of a track is due for this student, by project."""
    return due_dates_on([track], student)


def due_dates_on(tracks: Collection[Track], student: User) -> dict[int, Due]:
    """The same on all of one's tracks at once."""
    return _due_dates(tracks, [student.pk]).get(student.pk, {})


def due_dates_of_many(track: Track, students: Collection[int]) -> dict[int, dict[int, Due]]:
    """An extension outranks the cohort's own day for a project, and that the week of the track."""
    return _due_dates([track], students)


def days_of_cohorts(cohorts: Collection[Cohort]) -> list[tuple[Due, Cohort, Project]]:
    """When each project is due for each of them: two queries for any number."""
    tracks = {cohort.track_id for cohort in cohorts}
    projects = list(Project.objects.filter(track__in=tracks).defer("brief", "goals"))
    own_days = _own_days_of({cohort.pk for cohort in cohorts})
    return [
        (
            Due(
                own_days.get((cohort.pk, project.pk)) or due_on(cohort.starts_on, project.due_week),
                cohort.time_zone,
            ),
            cohort,
            project,
        )
        for cohort in cohorts
        for project in projects
        if project.track_id == cohort.track_id
    ]


def _due_dates(tracks: Collection[Track], students: Collection[int]) -> dict[int, dict[int, Due]]:
    """By student and project: at most four queries for any number of both."""
    members = list(
        CohortMember.objects.present()
        .filter(student__in=students, cohort__track__in=tracks)
        .select_related("cohort")
    )
    weeks = _due_weeks_of(tracks) if members else {}
    own_days = _own_days_of({member.cohort_id for member in members}) if members else {}
    found: dict[int, dict[int, Due]] = defaultdict(dict)
    zones: dict[tuple[int, int], str] = {}
    for member in members:
        cohort = member.cohort
        zones[member.student_id, cohort.track_id] = cohort.time_zone
        for project, due_week in weeks.get(cohort.track_id, ()):
            day = own_days.get((cohort.pk, project)) or due_on(cohort.starts_on, due_week)
            found[member.student_id][project] = Due(day, cohort.time_zone)
    for extension in _extensions(tracks, students):
        zone = zones.get((extension.student_id, extension.project.track_id))
        found[extension.student_id][extension.project_id] = Due(
            extension.due_on, zone or extension.student.time_zone or "UTC", True
        )
    return dict(found)


def _living_parts(parts: Any, tracks: Collection[Track]) -> Iterable[tuple[int, int, bool]]:
    rows: Iterable[tuple[int, int, bool]] = (
        parts.filter(project__track__in=tracks)
        .order_by("number")
        .values_list("project_id", "pk", "is_required")
    )
    return rows


def _due_weeks_of(tracks: Collection[Track]) -> dict[int, list[tuple[int, int]]]:
    weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Project.objects.filter(track__in=tracks).order_by("number")
    for track, project, due_week in rows.values_list("track_id", "pk", "due_week"):
        weeks[track].append((project, due_week))
    return weeks


def _own_days_of(cohorts: Collection[int]) -> dict[tuple[int, int], date]:
    rows = DueDate.objects.filter(cohort__in=cohorts)
    return {
        (cohort, project): day
        for cohort, project, day in rows.values_list("cohort_id", "project_id", "due_on")
    }


def _extensions(tracks: Collection[Track], students: Collection[int]) -> Iterable[Extension]:
    return (
        Extension.objects.filter(student__in=students, project__track__in=tracks)
        .select_related("student", "project")
        .defer("project__brief", "project__goals")
    )
