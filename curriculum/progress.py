"""How far students are: the facts that the rules need, fetched for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from curriculum.models import (
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


def outlines_of(tracks: Collection[Track]) -> dict[int, list[ProjectOutline]]:
    """The living outline of each track, by its key: three queries for any number."""
    projects = list(Project.objects.filter(track__in=tracks).order_by("number"))
    steps: dict[int, list[StepOutline]] = defaultdict(list)
    for step in Step.objects.living().filter(project__in=projects).order_by("number"):
        steps[step.project_id].append(StepOutline(step.pk, step.is_required))
    deliverables: dict[int, list[DeliverableOutline]] = defaultdict(list)
    for each in Deliverable.objects.living().filter(project__in=projects).order_by("number"):
        deliverables[each.project_id].append(DeliverableOutline(each.pk, each.is_required))
    found: dict[int, list[ProjectOutline]] = {track.pk: [] for track in tracks}
    for project in projects:
        found[project.track_id].append(
            ProjectOutline(
                project.pk,
                project.number,
                tuple(steps[project.pk]),
                tuple(deliverables[project.pk]),
            )
        )
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
    return due_dates_of_many(track, [student.pk]).get(student.pk, {})


def due_dates_of_many(track: Track, students: Collection[int]) -> dict[int, dict[int, Due]]:
    """An extension outranks the cohort's own day for a project, and that the week of the track."""
    projects = list(Project.objects.filter(track=track))
    members = list(
        CohortMember.objects.present()
        .filter(student__in=students, cohort__track=track)
        .select_related("cohort")
    )
    own_days = _own_days_of({member.cohort_id for member in members})
    found: dict[int, dict[int, Due]] = defaultdict(dict)
    for member in members:
        cohort = member.cohort
        for project in projects:
            day = own_days.get((cohort.pk, project.pk)) or due_on(
                cohort.starts_on, project.due_week
            )
            found[member.student_id][project.pk] = Due(day, cohort.time_zone)
    zones = {member.student_id: member.cohort.time_zone for member in members}
    for extension in _extensions(track, students):
        zone = zones.get(extension.student_id) or extension.student.time_zone or "UTC"
        found[extension.student_id][extension.project_id] = Due(extension.due_on, zone, True)
    return dict(found)


def _own_days_of(cohorts: Collection[int]) -> dict[tuple[int, int], date]:
    rows = DueDate.objects.filter(cohort__in=cohorts)
    return {
        (cohort, project): day
        for cohort, project, day in rows.values_list("cohort_id", "project_id", "due_on")
    }


def _extensions(track: Track, students: Collection[int]) -> Iterable[Extension]:
    return Extension.objects.filter(student__in=students, project__track=track).select_related(
        "student"
    )
