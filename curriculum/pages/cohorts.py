"""Cohorts: staff make and change them, the trainers who lead them read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entrance import user_in
from accounts.models import User
from core.callers import caller_of
from core.clock import now
from core.errors import Conflict
from core.keys import is_key
from core.pages import errors_on
from core.policies import can, demand, requires
from core.tables import Column, table
from curriculum.actions.cohorts import (
    close_cohort,
    edit_cohort,
    leave_cohort,
    make_cohort,
    set_due_dates,
)
from curriculum.adding_members import MOST_AT_ONCE, Added, Outcome, add_by_address, add_chosen
from curriculum.cohort_forms import AddressesForm, CohortForm, DueDatesForm, FindForm
from curriculum.models import Cohort, CohortMember, DueDate, Project
from curriculum.rules import DAYS_OF_WEEK

SEE, MANAGE = "curriculum.view_cohorts", "curriculum.manage_cohorts"
ON_A_PAGE, MEMBERS_ON_A_PAGE, MOST_FOUND = 25, 50, 20
COLUMNS = (
    Column("name", gettext_lazy("Cohort"), order_by=("name",)),
    Column("track", gettext_lazy("Track"), order_by=("track__name", "name")),
    Column("starts", gettext_lazy("Starts"), order_by=("starts_on",)),
    Column("week", gettext_lazy("Week")),
    Column("members", gettext_lazy("Members"), kind="number", order_by=("members_count",)),
    Column("trainers", gettext_lazy("Trainers")),
)


@require_GET
@requires(SEE)
def cohorts(request: HttpRequest) -> HttpResponse:
    user, at = user_in(request), now()
    is_closed = request.GET.get("state") == "closed"
    shown = table(COLUMNS, request.GET, default="-starts")
    visible = Cohort.objects.visible_to(user)
    rows = visible.filter(closed_at__isnull=not is_closed)
    rows = rows.select_related("track").prefetch_related("trainers").with_counts()
    page = Paginator(rows.order_by(*shown.order_by), ON_A_PAGE).get_page(request.GET.get("page"))
    address = reverse("cohorts")
    context = {
        "headings": shown.headings,
        "page": page,
        "rows": [(each, week_of(each, at)) for each in page.object_list],
        "is_closed": is_closed,
        "may_manage": can(user, MANAGE),
        "tabs": [
            {"label": _("Running"), "href": address, "is_current": not is_closed},
            {"label": _("Closed"), "href": f"{address}?state=closed", "is_current": is_closed},
        ],
    }
    return render(request, "curriculum/cohorts/cohorts.html", context)


@require_http_methods(["GET", "POST"])
@requires(MANAGE)
def new_cohort(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    form = CohortForm(request.POST or None, zone=user.time_zone or "UTC")
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = make_cohort(track=form.cleaned_data["track"], **form.facts, by=user, at=now())
            messages.success(request, _("The cohort is there. Now add its students."))
            return redirect("cohort", made.pk)
    trail = [(_("Cohorts"), reverse("cohorts"))]
    return render(request, "curriculum/cohorts/edit.html", {"form": form, "trail": trail})


@require_GET
@requires(SEE)
def cohort(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "POST"])
@requires(MANAGE)
def change_cohort(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _managed(request, pk)
    form = CohortForm(request.POST or None, cohort=shown)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            edit_cohort(shown, **form.facts, by=user_in(request), at=now())
            messages.success(request, _("Saved."))
            return redirect("cohort", pk)
    context = {"form": form, "cohort": shown, "trail": _trail(shown)}
    return render(request, "curriculum/cohorts/edit.html", context)


@require_http_methods(["GET", "POST"])
@requires(MANAGE)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first: nobody opens a cohort again."""
    shown = _managed(request, pk)
    if request.method == "POST":
        close_cohort(shown, by=user_in(request), at=now(), caller=caller_of(request))
        messages.success(request, _("The cohort is closed."))
        return redirect("cohort", pk)
    members = shown.members.filter(left_at=None).count()
    context = {"cohort": shown, "members": members, "trail": _trail(shown)}
    return render(request, "curriculum/cohorts/close.html", context)


@require_POST
@requires(MANAGE)
def add_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Those who were found and chosen, or a pasted list; each line is answered."""
    shown, user, at = _managed(request, pk), user_in(request), now()
    if "student" in request.POST:
        chosen = [each for each in request.POST.getlist("student") if is_key(each)]
        people = User.objects.filter(pk__in=chosen[:MOST_AT_ONCE]).order_by("name", "pk")
        return _page(request, shown, report=add_chosen(shown, students=people, by=user, at=at))
    if "found" in request.POST:
        messages.error(request, _("Nobody was added: tick whom you mean, then add them."))
        asked = urlencode({"find": request.POST["found"]})
        return HttpResponseRedirect(f"{reverse('cohort', args=[pk])}?{asked}")
    form = AddressesForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, addresses_form=form)
    report = add_by_address(shown, text=form.cleaned_data["addresses"], by=user, at=at)
    return _page(request, shown, report=report)


@require_POST
@requires(MANAGE)
def remove_member(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    shown = _managed(request, pk)
    member = get_object_or_404(CohortMember, pk=member_pk, cohort=shown)
    leave_cohort(member, by=user_in(request), at=now())
    return HttpResponseRedirect(f"{reverse('cohort', args=[pk])}?left={member.pk}")


@require_POST
@requires(MANAGE)
def change_due_dates(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _managed(request, pk)
    form = _days_form(shown, request.POST)
    if not form.is_valid():
        return _page(request, shown, days_form=form)
    days = form.days
    if "reset" in request.POST:
        asked = request.POST["reset"]
        days = {each: None for each in days if str(each.pk) == asked}
    set_due_dates(shown, days=days, by=user_in(request), at=now())
    messages.success(request, _("The days are saved."))
    return HttpResponseRedirect(f"{reverse('cohort', args=[pk])}#days")


def week_of(cohort: Cohort, at: datetime) -> int:
    """Which week it is there, from 1; 0 and less before the start."""
    today: date = at.astimezone(ZoneInfo(cohort.time_zone)).date()
    return (today - cohort.starts_on).days // DAYS_OF_WEEK + 1


def _page(
    request: HttpRequest,
    shown: Cohort,
    *,
    report: Sequence[Added] | None = None,
    addresses_form: AddressesForm | None = None,
    days_form: DueDatesForm | None = None,
) -> HttpResponse:
    user, at = user_in(request), now()
    may_manage = can(user, MANAGE, shown) and shown.closed_at is None
    members = shown.members.filter(left_at=None).select_related("student")
    find = FindForm(request.GET)
    context = {
        "cohort": shown,
        "week": week_of(shown, at),
        "trainers": shown.trainers.order_by("name", "pk"),
        "members": Paginator(members.order_by("student__name", "pk"), MEMBERS_ON_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "may_manage": may_manage,
        "report": report,
        "added": _added(report),
        "left": _left(request, shown) if may_manage else None,
        "find_form": find,
        "found": _found(find, shown) if may_manage else [],
        "addresses_form": addresses_form or AddressesForm(),
        "days_form": days_form or _days_form(shown),
        "trail": [(_("Cohorts"), reverse("cohorts"))],
    }
    return render(request, "curriculum/cohorts/cohort.html", context)


def _added(report: Sequence[Added] | None) -> str:
    n = sum(each.outcome == Outcome.ADDED for each in report or ())
    return ngettext("%(n)d student is added", "%(n)d students are added", n) % {"n": n}


def _left(request: HttpRequest, shown: Cohort) -> CohortMember | None:
    """Who was just taken out, as long as they have not come back."""
    asked = request.GET.get("left", "")
    if not is_key(asked):
        return None
    gone = shown.members.filter(pk=asked, left_at__isnull=False).select_related("student").first()
    if gone is None or shown.members.filter(student=gone.student, left_at=None).exists():
        return None
    return gone


def _found(form: FindForm, shown: Cohort) -> list[User]:
    if not form.is_valid() or not form.cleaned_data["find"].strip():
        return []
    there = shown.members.filter(left_at=None).values("student")
    people = User.objects.active().students().matching(form.cleaned_data["find"])
    return list(people.exclude(pk__in=there).order_by("name", "pk")[:MOST_FOUND])


def _days_form(shown: Cohort, data: Any = None) -> DueDatesForm:
    own = DueDate.objects.filter(cohort=shown).values_list("project_id", "due_on")
    projects = Project.objects.filter(track=shown.track_id).order_by("number")
    return DueDatesForm(
        data, cohort=shown, projects=list(projects.defer("brief", "goals")), own=dict(own)
    )


def _visible(request: HttpRequest, pk: int) -> Cohort:
    rows = Cohort.objects.visible_to(user_in(request)).select_related("track")
    found: Cohort = get_object_or_404(rows, pk=pk)
    return found


def _managed(request: HttpRequest, pk: int) -> Cohort:
    """One that still runs: a closed one stays as it is."""
    shown = _visible(request, pk)
    demand(request.user, MANAGE, shown)
    if shown.closed_at is not None:
        raise Conflict(_("This cohort is closed, and stays as it is."))
    return shown


def _trail(shown: Cohort) -> list[tuple[str, str]]:
    return [
        (_("Cohorts"), reverse("cohorts")),
        (shown.name, reverse("cohort", args=[shown.pk])),
    ]
