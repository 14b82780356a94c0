"""How somebody stands on each of their tracks, as the API tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from accounts.models import User
from curriculum.models import Project, Track
from curriculum.progress import Due, due_dates_on, outlines_of, tracks_of, work_of
from curriculum.rules import ProjectProgress, TrackProgress, progress_of


@dataclass(frozen=True)
class ProjectStanding:
    progress: ProjectProgress
    title: str
    due: Due | None
    is_overdue: bool

    @property
    def due_on(self) -> date | None:
        return self.due.due_on if self.due else None


@dataclass(frozen=True)
class Standing:
    track: Track
    progress: TrackProgress
    projects: list[ProjectStanding]


class ProjectStandingSerializer(serializers.Serializer[Any]):
    project = serializers.IntegerField(source="progress.project")
    number = serializers.IntegerField(source="progress.number")
    title = serializers.CharField()
    status = serializers.CharField(
        source="progress.status", help_text="`locked`, `open`, `in_progress` or `complete`."
    )
    done = serializers.IntegerField(
        source="progress.done", help_text="Required steps and deliverables."
    )
    total = serializers.IntegerField(source="progress.total")
    percent = serializers.IntegerField(source="progress.percent")
    waiting_for_review = serializers.IntegerField(source="progress.waiting")
    due_on = serializers.DateField(allow_null=True)
    is_overdue = serializers.BooleanField()


class StandingSerializer(serializers.Serializer[Any]):
    track = serializers.CharField(source="track.code")
    name = serializers.CharField(source="track.name")
    percent = serializers.IntegerField(source="progress.percent")
    done = serializers.IntegerField(source="progress.done")
    total = serializers.IntegerField(source="progress.total")
    current_project = serializers.IntegerField(
        source="progress.current.project", allow_null=True, default=None
    )
    current_step = serializers.IntegerField(
        source="progress.current.open_step", allow_null=True, default=None
    )
    projects = ProjectStandingSerializer(many=True)


def standing_of(student: User, *, at: datetime) -> list[Standing]:
    """On every track that one may work on, the main one first."""
    tracks = tracks_of(student, at=at)
    outlines = outlines_of(tracks)
    work = work_of([student.pk], tracks)[student.pk]
    dues = due_dates_on(tracks, student)
    projects = Project.objects.filter(track__in=tracks)
    titles: Mapping[int, str] = dict(projects.values_list("pk", "title"))
    found = []
    for track in tracks:
        progress = progress_of(outlines[track.pk], work)
        found.append(
            Standing(
                track,
                progress,
                [
                    _project_standing(each, titles, dues.get(each.project), at)
                    for each in progress.projects
                ],
            )
        )
    return found


def _project_standing(
    progress: ProjectProgress, titles: Mapping[int, str], due: Due | None, at: datetime
) -> ProjectStanding:
    is_overdue = due is not None and not progress.is_complete and due.is_over(at)
    return ProjectStanding(progress, titles[progress.project], due, is_overdue)
