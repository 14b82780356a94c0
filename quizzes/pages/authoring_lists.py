"""Quizzes as those who teach find them: their own and each other's, in every state."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.entrance import user_in
from accounts.models import User
from accounts.roles import STAFF
from core.policies import can, requires
from core.tables import Column, table
from quizzes.authoring_forms import QuizListForm
from quizzes.models import Quiz, QuizStatus

ON_A_PAGE = 25
MINE, ALL = "mine", "all"
COLUMNS = (
    Column("title", gettext_lazy("Quiz"), order_by=("title",)),
    Column("track", gettext_lazy("Track"), order_by=("track__code", "title")),
    Column("state", gettext_lazy("State"), order_by=("status", "title")),
    Column("questions", gettext_lazy("Questions"), kind="number", order_by=("listed_count",)),
    Column("attempts", gettext_lazy("Attempts"), kind="number", order_by=("attempts_count",)),
    Column("average", gettext_lazy("Average"), kind="number", order_by=("average_key",)),
    Column("changed", gettext_lazy("Last edited"), order_by=("edited_at",)),
    Column("actions", gettext_lazy("Actions"), kind="actions"),
)


@requires("quizzes.preview")
def quizzes(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    shown = table(COLUMNS, request.GET, default="-changed")
    show = request.GET.get("show", "")
    show = show if show in {MINE, ALL, *QuizStatus} else ALL if user.role in STAFF else MINE
    form = QuizListForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    wanted = _wanted(given.get("q", ""), given.get("track", ""))
    visible = Quiz.objects.visible_to(user).filter(wanted)
    rows = visible.filter(_shown(show, user)).with_counts().with_attempts()
    rows = rows.select_related("author", "track").order_by(*shown.order_by)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    own = Quiz.objects.editable_by(user).filter(pk__in=[each.pk for each in page.object_list])
    context = {
        "form": QuizListForm({**given, "show": show, "sort": request.GET.get("sort", "")}),
        "headings": shown.headings,
        "page": page,
        "editable": set(own.values_list("pk", flat=True)),
        "show": show,
        "is_narrowed": bool(given.get("q") or given.get("track")),
        "tabs": _tabs(request, visible, user, show),
        "everything": f"{request.path}?show={show}",
        "may_make": can(user, "quizzes.make"),
    }
    return render(request, "quizzes/authoring/quizzes.html", context)


def _wanted(search: str, track: str) -> Q:
    wanted = Q()
    for word in search.replace("\x00", "").split()[:8]:
        wanted &= Q(title__icontains=word)
    if track == "none":
        wanted &= Q(track=None)
    elif track:
        wanted &= Q(track__code=track)
    return wanted


def _shown(show: str, user: User) -> Q:
    if show == MINE:
        return _is_mine(user)
    return Q() if show == ALL else Q(status=show)


def _is_mine(user: User) -> Q:
    return Q(author=user) | Q(pk__in=user.edited_quizzes.values("pk"))


def _tabs(
    request: HttpRequest, visible: QuerySet[Quiz], user: User, show: str
) -> list[dict[str, Any]]:
    labels = {
        MINE: _("Mine"),
        ALL: _("All"),
        QuizStatus.DRAFT.value: _("Drafts"),
        QuizStatus.PUBLISHED.value: _("Published"),
        QuizStatus.ARCHIVED.value: _("Archived"),
    }
    counts = visible.aggregate(
        **{name: Count("pk", filter=_shown(name, user) or Q(pk__isnull=False)) for name in labels}
    )
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for name, label in labels.items():
        query["show"] = name
        tabs.append(
            {
                "label": label,
                "href": f"{request.path}?{query.urlencode()}",
                "is_current": name == show,
                "count": counts[name],
            }
        )
    return tabs
