"""Noticing that a project has just become complete."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core.events.actions import record
from curriculum.events import ProjectCompleted
from curriculum.models import Project
from curriculum.progress import progress_on
from curriculum.rules import ProjectProgress, TrackProgress


def record_completion(
    project: Project, *, student: User, before: TrackProgress, by: User | None, at: datetime
) -> ProjectProgress:
    """How the project stands now; the caller holds the enrollment, so that it is told once."""
    after = progress_on(project.track, student).of(project.pk)
    was = before.of(project.pk)
    if after is None or was is None:
        raise LookupError(f"project {project.pk} is not on its own track")
    if after.is_complete and not was.is_complete:
        completed = ProjectCompleted(
            student_id=student.pk, project_id=project.pk, track=project.track.code
        )
        record(completed, by=by, at=at)
    return after
