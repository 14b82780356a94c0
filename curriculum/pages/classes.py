"""The class: how far everybody is, and one student at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.entrance import user_in
from accounts.models import User
from core.clock import now
from core.counted import counted_page
from core.errors import Denied, InPersonOnly
from core.impersonation import impersonator_of
from core.pages import errors_on
from core.policies import can, requires
from core.spreadsheets import csv_answer
from core.tables import Column, table
from curriculum.actions.cohorts import extend, withdraw_extension
from curriculum.class_board import ClassBoard, ClassRow, Show
from curriculum.class_forms import BOARD, ExtensionForm, class_filters_of
from curriculum.maps import maps_of
from curriculum.models import (
    CohortMember,
    Enrollment,
    Extension,
    GitHubConnection,
    Project,
    Repository,
    StepProgress,
    Submission,
    Track,
)
from curriculum.querysets import students_seen_by

SEE_CLASS, EXTEND = "curriculum.view_class", "curriculum.extend"
ON_A_PAGE = 50
COLUMNS = (
    Column("name", gettext_lazy("Student"), order_by=("student__name",)),
    Column("progress", gettext_lazy("Progress"), order_by=("done",)),
    Column("project", gettext_lazy("At")),
    Column("moved", gettext_lazy("Last move"), order_by=("last_move",)),
    Column("waits", gettext_lazy("Waits for review"), order_by=("waits_key",)),
    Column("due", gettext_lazy("Due")),
)
HEADINGS = (
    gettext_lazy("Student"),
    gettext_lazy("Address"),
    gettext_lazy("Cohort"),
    gettext_lazy("Done"),
    gettext_lazy("To do in all"),
    gettext_lazy("Per cent"),
    gettext_lazy("At project"),
    gettext_lazy("Last move"),
    gettext_lazy("Stuck"),
    gettext_lazy("Waiting for review"),
    gettext_lazy("Waiting since"),
    gettext_lazy("Due on"),
    gettext_lazy("Overdue projects"),
)


@require_GET
@requires(SEE_CLASS)
def class_board(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    asked = class_filters_of(request.GET, user)
    if asked is None:
        return render(request, "curriculum/class/board.html", {"form": None})
    filters, form = asked
    board = ClassBoard(user, filters, at=now())
    shown = table(COLUMNS, request.GET, default="name")
    address = reverse("class_board")
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "counts": board.counts,
        "headings": shown.headings,
        "tabs": _tabs(address, board, shown.sort),
        "as_table": f"{address}?{filters.query(view='')}",
        "as_board": f"{address}?{filters.query(view=BOARD)}",
        "export": f"{reverse('class_export')}?{filters.query(view='', sort=shown.sort)}",
        "everybody": f"{address}?{filters.query(show='', cohort='', q='')}",
    }
    if filters.is_board:
        columns = board.by_project()
        count = sum(len(rows) for _project, rows in columns)
        return render(
            request, "curriculum/class/columns.html", {**context, "columns": columns, "n": count}
        )
    ordered = board.enrollments.order_by(*shown.order_by)
    number = request.GET.get("page", "1")
    page = counted_page(ordered, ON_A_PAGE, count=board.count, number=number)
    context |= {"page": page, "rows": board.rows(list(page.object_list))}
    return render(request, "curriculum/class/board.html", context)


@require_GET
@requires(SEE_CLASS)
def class_export(request: HttpRequest) -> HttpResponseBase:
    user, at = user_in(request), now()
    asked = class_filters_of(request.GET, user)
    shown = table(COLUMNS, request.GET, default="name")
    rows = ClassBoard(user, asked[0], at=at).everybody(shown.order_by) if asked else iter(())
    name = f"class-{asked[0].track.code.lower()}-{localdate(at):%Y-%m-%d}" if asked else "class"
    return csv_answer(name, headings=HEADINGS, rows=map(_cells, rows))


@require_GET
@requires(SEE_CLASS)
def class_student(request: HttpRequest, pk: int) -> HttpResponse:
    return _student_page(request, _seen(request, pk))


@require_POST
@requires(EXTEND)
def give_extension(request: HttpRequest, pk: int) -> HttpResponse:
    student = _seen(request, pk)
    _demand_extend(request, student)
    form = _extension_form(request, student, data=request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with errors_on(form):
            extend(
                student,
                project=form.chosen_project,
                due_on=given["due_on"],
                reason=given["reason"],
                by=user_in(request),
                at=now(),
            )
    if form.errors:
        return _student_page(request, student, extension_form=form)
    messages.success(request, _("The new day holds. You can take it back below."))
    return redirect(f"{reverse('class_student', args=[pk])}#extensions")


@require_POST
@requires(EXTEND)
def take_extension_back(request: HttpRequest, pk: int, extension_pk: int) -> HttpResponse:
    """What it said stands in the form again, should that have been a mistake."""
    student = _seen(request, pk)
    _demand_extend(request, student)
    extension = get_object_or_404(Extension, pk=extension_pk, student=student)
    kept = {
        "project": extension.project_id,
        "due_on": extension.due_on.isoformat(),
        "reason": extension.reason,
    }
    withdraw_extension(extension)
    messages.success(request, _("Taken back. It still stands in the form, to be given again."))
    address = reverse("class_student", args=[pk])
    return HttpResponseRedirect(f"{address}?{urlencode(kept)}#extensions")


def _tabs(address: str, board: ClassBoard, sort: str) -> list[dict[str, Any]]:
    filters, counts = board.filters, board.counts
    shows = [("", _("Everybody"), counts.all)]
    shows += [(show.value, str(show.label), getattr(counts, show.value)) for show in Show]
    return [
        {
            "label": label,
            "href": f"{address}?{filters.query(show=value, sort=sort if sort != 'name' else '')}",
            "is_current": filters.show == value,
            "count": count,
        }
        for value, label, count in shows
    ]


def _cells(row: ClassRow) -> Sequence[object]:
    progress = row.progress
    return (
        row.student.get_full_name(),
        row.student.email,
        row.cohort,
        progress.done,
        progress.total,
        progress.percent,
        row.current.number if row.current else "",
        f"{row.last_move:%Y-%m-%d %H:%M}",
        _("yes") if row.is_stuck else "",
        row.waiting or "",
        f"{row.waits_since:%Y-%m-%d %H:%M}" if row.waits_since else "",
        row.due.due_on.isoformat() if row.due else "",
        ", ".join(str(project.number) for project in row.overdue),
    )


def _seen(request: HttpRequest, pk: int) -> User:
    found: User = get_object_or_404(students_seen_by(user_in(request), at=now()), pk=pk)
    return found


def _demand_extend(request: HttpRequest, student: User) -> None:
    """They see the student, so they are told that they may not."""
    user = user_in(request)
    if impersonator_of(user) is not None:
        raise InPersonOnly
    if not can(user, EXTEND, student):
        raise Denied


def _student_page(
    request: HttpRequest, student: User, *, extension_form: ExtensionForm | None = None
) -> HttpResponse:
    user, at = user_in(request), now()
    tracks = _tracks(user, student, at)
    maps = maps_of(student, tracks, at=at)
    may_extend = can(user, EXTEND, student)
    work = Submission.objects.visible_to(user).filter(student=student)
    context = {
        "student": student,
        "trainer": student.assigned_trainer,
        "maps": maps,
        "details": _details(student, tracks),
        "work": work.with_what_for().order_by("-submitted_at", "-pk"),
        "memberships": CohortMember.objects.present()
        .filter(student=student)
        .select_related("cohort__track"),
        "connection": GitHubConnection.objects.filter(user=student).first(),
        "repositories": Repository.objects.visible_to(user)
        .filter(student=student)
        .select_related("project"),
        "extensions": Extension.objects.filter(
            student=student, project__track__in=tracks
        ).select_related("project", "given_by"),
        "may_extend": may_extend,
        "extension_form": extension_form or _extension_form(request, student),
        "trail": [(_("Class"), reverse("class_board"))],
    }
    return render(request, "curriculum/class/student.html", context)


def _tracks(user: User, student: User, at: datetime) -> list[Track]:
    """Of the student, those that this person looks after; the main one first."""
    seen = Enrollment.objects.visible_to(user).with_access(at).filter(student=student)
    tracks = [each.track for each in seen.select_related("track")]
    return sorted(tracks, key=lambda track: (track.code != student.track, track.position))


def _details(student: User, tracks: Sequence[Track]) -> Mapping[int, list[dict[str, Any]]]:
    """Each project's steps, with the day on which each was ticked off."""
    done = dict(
        StepProgress.objects.filter(student=student, step__project__track__in=tracks).values_list(
            "step_id", "done_at"
        )
    )
    projects = Project.objects.filter(track__in=tracks).defer("brief", "goals").with_parts()
    return {
        project.pk: [{"step": step, "done_at": done.get(step.pk)} for step in project.living_steps]
        for project in projects
    }


def _extension_form(request: HttpRequest, student: User, data: Any = None) -> ExtensionForm:
    at = now()
    tracks = _tracks(user_in(request), student, at)
    projects = Project.objects.filter(track__in=tracks).order_by("track", "number")
    kept = {
        name: request.GET[name] for name in ("project", "due_on", "reason") if name in request.GET
    }
    return ExtensionForm(
        data,
        projects=list(projects.defer("brief", "goals")),
        today=localdate(at),
        initial=kept,
    )
