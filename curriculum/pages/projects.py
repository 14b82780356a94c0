"""A project: its brief, steps that are ticked off in place, and what is to be handed in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.entrance import user_in
from accounts.models import User
from core.clock import now
from core.errors import DomainError
from core.policies import can, demand, requires
from curriculum.actions import steps as ticking
from curriculum.maps import MapProject, TrackMap, maps_of
from curriculum.models import (
    Deliverable,
    Enrollment,
    Project,
    Step,
    StepProgress,
    Submission,
    SubmissionStatus,
)
from curriculum.pages.frames import frame_for

UNPROCESSABLE = 422


@dataclass(frozen=True)
class StepLine:
    """`waits_for` is the step that has to be done first."""

    step: Step
    number: int
    state: str
    waits_for: int | None = None

    @property
    def is_done(self) -> bool:
        return self.state == "done"

    @property
    def is_current(self) -> bool:
        return self.state == "current"

    @property
    def tick(self) -> str:
        return f"tick-{self.step.pk}"

    @property
    def anchor(self) -> str:
        return f"step-{self.step.pk}"


@dataclass(frozen=True)
class DeliverableLine:
    deliverable: Deliverable
    submission: Submission | None

    @property
    def is_approved(self) -> bool:
        return self.submission is not None and self.submission.status == SubmissionStatus.APPROVED


@require_safe
@requires("curriculum.view_tracks")
def project(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "curriculum/projects/project.html", _context(request, pk))


@require_POST
@requires("curriculum.tick_steps")
def tick_step(request: HttpRequest, pk: int, step_pk: int) -> HttpResponse:
    """`completed` says whether the tick comes or goes, so that a repetition is harmless."""
    user = user_in(request)
    step = get_object_or_404(
        Step.objects.living().visible_to(user).select_related("project__track"),
        pk=step_pk,
        project=pk,
    )
    demand(user, "curriculum.tick_steps", step.project)
    write = ticking.complete_step if request.POST.get("completed") == "1" else ticking.reopen_step
    refusal: DomainError | None = None
    try:
        write(step, by=user, at=now())
    except DomainError as error:
        refusal = error
    if request.htmx:  # type: ignore[attr-defined]
        return _ticked(request, step, refusal)
    if refusal is not None:
        messages.error(request, force_str(refusal.message))
    return redirect(f"{reverse('project', args=[pk])}#step-{step.pk}")


def _ticked(request: HttpRequest, step: Step, refusal: DomainError | None) -> HttpResponse:
    """The steps as they are now, and what else of the page has moved on."""
    context = {**_context(request, step.project_id), "ticked": step.pk, "refusal": refusal}
    response = render(request, "curriculum/projects/ticked.html", context)
    if refusal is not None:
        response.status_code = UNPROCESSABLE
        told = {"text": force_str(refusal.message), "tone": "negative"}
        response["HX-Trigger"] = json.dumps({"toast": told})
    return response


def _context(request: HttpRequest, pk: int) -> dict[str, object]:
    at = now()
    shown = get_object_or_404(
        Project.objects.visible_to(request.user).select_related("track").with_parts(), pk=pk
    )
    found = _map_on(request, shown, at)
    own = _own_entry(found, shown)
    steps = _step_lines(request, shown, own)
    deliverables = _deliverable_lines(request, shown) if own else _bare_lines(shown)
    return {
        "project": shown,
        "track": shown.track,
        "map": found,
        "own": own,
        "steps": steps,
        "deliverables": deliverables,
        "stages": _stages(steps, deliverables),
        "next": found.next if found and _is_here(found, shown) else None,
        "may_read_steps": request.user.is_authenticated
        and can(request.user, "curriculum.read_steps", shown),
        "may_enroll": not own and can(request.user, "curriculum.enroll", shown.track),
        "trail": [
            (_("Tracks"), reverse("tracks")),
            (shown.track.name, reverse("track", args=[shown.track.code])),
        ],
        **_neighbours(shown),
        **frame_for(request),
    }


def _map_on(request: HttpRequest, shown: Project, at: datetime) -> TrackMap | None:
    if not isinstance(request.user, User):
        return None
    enrolled = Enrollment.objects.with_access(at).filter(student=request.user, track=shown.track)
    return maps_of(request.user, [shown.track], at=at)[0] if enrolled.exists() else None


def _own_entry(found: TrackMap | None, shown: Project) -> MapProject | None:
    entries = found.projects if found else ()
    return next((each for each in entries if each.project.pk == shown.pk), None)


def _is_here(found: TrackMap, shown: Project) -> bool:
    return found.next is not None and found.next.project.pk == shown.pk


def _step_lines(request: HttpRequest, shown: Project, own: MapProject | None) -> list[StepLine]:
    steps: Sequence[Step] = shown.living_steps
    if own is None:
        return [StepLine(step, number, "open") for number, step in enumerate(steps, start=1)]
    ticks = StepProgress.objects.filter(student=user_in(request), step__in=steps)
    done = set(ticks.values_list("step_id", flat=True))
    lines: list[StepLine] = []
    first_open: int | None = None
    is_current_found = False
    for number, step in enumerate(steps, start=1):
        if step.pk in done:
            lines.append(StepLine(step, number, "done"))
        elif step.pk in own.progress.locked_steps:
            lines.append(StepLine(step, number, "locked", first_open))
        else:
            lines.append(StepLine(step, number, "open" if is_current_found else "current"))
            is_current_found = True
        if step.is_required and step.pk not in done and first_open is None:
            first_open = number
    return lines


def _deliverable_lines(request: HttpRequest, shown: Project) -> list[DeliverableLine]:
    own = Submission.objects.filter(student=user_in(request), deliverable__project=shown)
    submissions = {submission.deliverable_id: submission for submission in own}
    return [DeliverableLine(each, submissions.get(each.pk)) for each in _deliverables(shown)]


def _bare_lines(shown: Project) -> list[DeliverableLine]:
    return [DeliverableLine(each, None) for each in _deliverables(shown)]


def _deliverables(shown: Project) -> Sequence[Deliverable]:
    parts: Sequence[Deliverable] = shown.living_deliverables
    return parts


def _neighbours(shown: Project) -> dict[str, object]:
    others = Project.objects.filter(track=shown.track_id).only("number", "title", "track")
    found = {each.number: each for each in others.order_by("number")}
    before = [number for number in found if number < shown.number]
    after = [number for number in found if number > shown.number]
    return {
        "previous": found[before[-1]] if before else None,
        "following": found[after[0]] if after else None,
        "projects_count": len(found),
    }


def _stages(
    steps: Sequence[StepLine], deliverables: Sequence[DeliverableLine]
) -> list[dict[str, object]]:
    """The whole project at a glance, for the side of the page."""
    stages: list[dict[str, object]] = [
        {
            "label": line.step.title,
            "state": "todo" if line.state == "open" else line.state,
            "href": f"#{line.anchor}",
        }
        for line in steps
    ]
    stages.extend(
        {
            "label": each.deliverable.title,
            "state": "done" if each.is_approved else "todo",
            "note": each.submission.get_status_display() if each.submission else "",
            "href": f"#deliverable-{each.deliverable.pk}",
        }
        for each in deliverables
    )
    return stages
