"""Ticking steps off, and taking a tick back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.events.actions import record
from curriculum.actions.completion import record_completion
from curriculum.actions.enrollment import lock_enrollment
from curriculum.errors import ProjectLocked, StepLocked
from curriculum.events import StepCompleted, StepReopened
from curriculum.models import Step, StepProgress
from curriculum.progress import progress_on
from curriculum.rules import ProjectProgress


@transaction.atomic
def complete_step(step: Step, *, by: User, at: datetime) -> ProjectProgress:
    """Tick a step off. Again changes nothing."""
    track = step.project.track
    lock_enrollment(by, track=track, at=at)
    before = progress_on(track, by)
    project = before.of(step.project_id)
    if project is None or project.is_locked:
        raise ProjectLocked(project=step.project_id)
    if step.pk in project.locked_steps:
        raise StepLocked(step=step.pk, open_step=_first_required(step, project))
    _done, is_new = StepProgress.objects.get_or_create(
        student=by, step=step, defaults={"done_at": at}
    )
    if is_new:
        done = StepCompleted(student_id=by.pk, step_id=step.pk, project_id=step.project_id)
        record(done, by=by, at=at)
    return record_completion(step.project, student=by, before=before, by=by, at=at)


@transaction.atomic
def reopen_step(step: Step, *, by: User, at: datetime) -> ProjectProgress:
    """Take a tick back; what was done after it stays done."""
    track = step.project.track
    lock_enrollment(by, track=track, at=at)
    gone, _rows = StepProgress.objects.filter(student=by, step=step).delete()
    if gone:
        reopened = StepReopened(student_id=by.pk, step_id=step.pk, project_id=step.project_id)
        record(reopened, by=by, at=at)
    progress = progress_on(track, by).of(step.project_id)
    if progress is None:
        raise ProjectLocked(project=step.project_id)
    return progress


def _first_required(step: Step, progress: ProjectProgress) -> int | None:
    """The step to do first: what is optional holds nobody up."""
    required = Step.objects.filter(project=step.project_id, is_required=True)
    undone = required.exclude(pk__in=progress.done_steps).order_by("number")
    return undone.values_list("pk", flat=True).first()
