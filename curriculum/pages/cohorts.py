"""Cohorts: staff make and change them, trainers read those that they lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.entrance import user_in
from accounts.models import User
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError
from core.pages import errors_on
from core.policies import can, demand, requires
from core.tables import Heading
from curriculum.actions.cohorts import (
    close_cohort,
    edit_cohort,
    join_cohort,
    leave_cohort,
    make_cohort,
    set_due_dates,
)
from curriculum.cohort_forms import CohortForm, DueDatesForm, JoinForm
from curriculum.models import Cohort, CohortMember, Project
from curriculum.progress import progress_of_many
from curriculum.rules import TrackProgress, due_on

VIEW, MANAGE = "curriculum.view_cohorts", "curriculum.manage_cohorts"
HEADINGS = [
    Heading(gettext_lazy("Cohort"), "text", "", ""),
    Heading(gettext_lazy("Track"), "text", "", ""),
    Heading(gettext_lazy("Starts on"), "text", "", ""),
    Heading(gettext_lazy("Students"), "number", "", ""),
    Heading(gettext_lazy("Trainers"), "text", "", ""),
]
MEMBER_HEADINGS = [
    Heading(gettext_lazy("Student"), "text", "", ""),
    Heading(gettext_lazy("Done"), "number", "", ""),
    Heading(gettext_lazy("Joined"), "text", "", ""),
    Heading(gettext_lazy("Remove"), "actions", "", ""),
]


@dataclass(frozen=True)
class Member:
    row: CohortMember
    progress: TrackProgress


@dataclass(frozen=True)
class ProjectDue:
    project: Project
    day: date
    is_own: bool


@dataclass(frozen=True)
class Joined:
    """What became of one address."""

    address: str
    problem: str = ""


@require_http_methods(["GET", "HEAD"])
@requires(VIEW)
def cohorts(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    visible = Cohort.objects.visible_to(user).select_related("track").prefetch_related("trainers")
    context = {
        "running": visible.running().with_counts(),
        "closed": visible.exclude(closed_at=None),
        "headings": HEADINGS,
        "may_manage": can(user, MANAGE),
    }
    return render(request, "curriculum/cohorts/cohorts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE)
def new_cohort(request: HttpRequest) -> HttpResponse:
    form = CohortForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with errors_on(form):
            cohort = make_cohort(
                name=given["name"],
                track=given["track"],
                starts_on=given["starts_on"],
                time_zone=given["time_zone"],
                trainers=list(given["trainers"]),
                by=user_in(request),
                at=now(),
            )
            messages.success(request, _("The cohort is there. Now add its students."))
            return redirect("cohort", pk=cohort.pk)
    context = {"form": form, "trail": [(_("Cohorts"), reverse("cohorts"))]}
    return render(request, "curriculum/cohorts/edit.html", context)


@require_http_methods(["GET", "HEAD"])
@requires(VIEW)
def cohort(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE)
def change_cohort(request: HttpRequest, pk: int) -> HttpResponse:
    found = _managed(request, pk)
    form = CohortForm(request.POST or None, cohort=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with errors_on(form):
            edit_cohort(
                found,
                name=given["name"],
                starts_on=given["starts_on"],
                time_zone=given["time_zone"],
                trainers=list(given["trainers"]),
                by=user_in(request),
                at=now(),
            )
            messages.success(request, _("The cohort is changed."))
            return redirect("cohort", pk=pk)
    trail = [(_("Cohorts"), reverse("cohorts")), (found.name, reverse("cohort", args=[pk]))]
    context = {"form": form, "cohort": found, "trail": trail}
    return render(request, "curriculum/cohorts/edit.html", context)


@require_POST
@requires(MANAGE)
def add_members(request: HttpRequest, pk: int) -> HttpResponse:
    found = _managed(request, pk)
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _page(request, found, join=form)
    report = _join_all(request, found, form.cleaned_data["addresses"])
    done = sum(not each.problem for each in report)
    if done:
        text = ngettext("%(n)d student is in.", "%(n)d students are in.", done)
        messages.success(request, text % {"n": done})
    refused = [each for each in report if each.problem]
    if not refused:
        return redirect("cohort", pk=pk)
    kept = JoinForm(initial={"addresses": "\n".join(each.address for each in refused)})
    return _page(request, _managed(request, pk), join=kept, refused=refused)


@require_POST
@requires(MANAGE)
def remove_member(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    found = _managed(request, pk)
    member = get_object_or_404(CohortMember, pk=member_pk, cohort=found)
    leave_cohort(member, by=user_in(request), at=now())
    name = member.student.name or member.student.email
    messages.success(
        request,
        _("%(name)s is no longer in this cohort. Their work and progress stay.") % {"name": name},
    )
    return redirect(f"{reverse('cohort', args=[pk])}?removed={member.student_id}")


@require_POST
@requires(MANAGE)
def bring_member_back(request: HttpRequest, pk: int, student_pk: int) -> HttpResponse:
    """The undo of removing somebody."""
    found = _managed(request, pk)
    was_here = get_object_or_404(User, pk=student_pk, cohort_memberships__cohort=found)
    try:
        join_cohort(found, student=was_here, by=user_in(request), at=now())
    except DomainError as refusal:
        messages.error(request, force_str(refusal.message))
    return redirect("cohort", pk=pk)


@require_POST
@requires(MANAGE)
def change_due_dates(request: HttpRequest, pk: int) -> HttpResponse:
    found = _managed(request, pk)
    form = _due_dates_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, dues=form)
    set_due_dates(found, days=form.days, by=user_in(request), at=now())
    messages.success(request, _("The due dates are kept. Students see them at once."))
    return redirect("cohort", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first: nobody opens a closed cohort again."""
    found = _managed(request, pk)
    if request.method != "POST":
        trail = [(_("Cohorts"), reverse("cohorts")), (found.name, reverse("cohort", args=[pk]))]
        members = found.members.filter(left_at=None).count()
        context = {"cohort": found, "trail": trail, "members": members}
        return render(request, "curriculum/cohorts/close.html", context)
    close_cohort(found, by=user_in(request), caller=caller_of(request), at=now())
    messages.success(request, _("“%(name)s” is closed.") % {"name": found.name})
    return redirect("cohorts")


def _visible(request: HttpRequest, pk: int) -> Cohort:
    visible = Cohort.objects.visible_to(user_in(request)).select_related("track")
    return get_object_or_404(visible.prefetch_related("trainers"), pk=pk)


def _managed(request: HttpRequest, pk: int) -> Cohort:
    found = _visible(request, pk)
    demand(user_in(request), MANAGE, found)
    return found


def _join_all(request: HttpRequest, cohort: Cohort, addresses: list[str]) -> list[Joined]:
    """Each by itself: one that cannot join stops no other."""
    known = {user.email: user for user in User.objects.filter(email__in=addresses)}
    by, at = user_in(request), now()
    report = []
    for address in addresses:
        student = known.get(address)
        if student is None:
            report.append(Joined(address, _("Nobody has this address here.")))
            continue
        try:
            with transaction.atomic():
                join_cohort(cohort, student=student, by=by, at=at)
            report.append(Joined(address))
        except DomainError as refusal:
            words = [
                word for said in refusal.details.values() if isinstance(said, list) for word in said
            ]
            report.append(Joined(address, force_str(words[0] if words else refusal.message)))
    return report


def _dues(cohort: Cohort) -> list[ProjectDue]:
    own = {each.project_id: each.due_on for each in cohort.due_dates.all()}
    projects = Project.objects.filter(track=cohort.track_id).order_by("number")
    return [
        ProjectDue(
            project,
            own.get(project.pk) or due_on(cohort.starts_on, project.due_week),
            project.pk in own,
        )
        for project in projects
    ]


def _due_dates_form(cohort: Cohort, data: object = None) -> DueDatesForm:
    dues = _dues(cohort)
    return DueDatesForm(
        data,
        projects=[due.project for due in dues],
        days={due.project.pk: due_on(cohort.starts_on, due.project.due_week) for due in dues},
        own={due.project.pk: due.day for due in dues if due.is_own},
    )


def _members(cohort: Cohort) -> list[Member]:
    rows = list(
        cohort.members.filter(left_at=None)
        .select_related("student")
        .order_by("student__name", "pk")
    )
    progress = progress_of_many(cohort.track, [row.student_id for row in rows])
    return [Member(row, progress[row.student_id]) for row in rows]


def _facts(cohort: Cohort) -> list[tuple[str, str]]:
    led_by = ", ".join(each.name or each.email for each in cohort.trainers.all())
    return [
        (_("Starts on"), date_format(cohort.starts_on)),
        (_("Time zone"), cohort.time_zone),
        (_("Trainers"), led_by or _("Nobody")),
    ]


def _page(
    request: HttpRequest,
    cohort: Cohort,
    *,
    join: JoinForm | None = None,
    dues: DueDatesForm | None = None,
    refused: list[Joined] | None = None,
) -> HttpResponse:
    may_manage = can(user_in(request), MANAGE, cohort) and cohort.closed_at is None
    removed = request.GET.get("removed", "")
    context = {
        "cohort": cohort,
        "members": _members(cohort),
        "headings": MEMBER_HEADINGS if may_manage else MEMBER_HEADINGS[:-1],
        "dues": _dues(cohort),
        "facts": _facts(cohort),
        "may_manage": may_manage,
        "join": join or JoinForm(),
        "due_dates": dues or _due_dates_form(cohort),
        "refused": refused or [],
        "removed": removed if removed.isascii() and removed.isdecimal() else "",
        "trail": [(_("Cohorts"), reverse("cohorts"))],
    }
    return render(request, "curriculum/cohorts/cohort.html", context)
