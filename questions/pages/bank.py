"""The bank: to find questions, and to choose those that something is to be done to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.entrance import user_in
from core.policies import can, requires
from questions.actions.many import MOST_AT_ONCE
from questions.bank_changes import ChangeForm
from questions.bank_list import EVERY, filters_of, listed, narrowings, tags_of
from questions.flags import FLAGS, Flag, flags_of
from questions.models import QuestionVersion, VersionStatistics
from questions.pages.told import told_in
from questions.statistics import ItemStatistics, Sums, item_statistics, statistics_in

SEE, EDIT = "questions.view_bank", "questions.edit"
ON_A_PAGE = 50


@dataclass(frozen=True)
class Line:
    version: QuestionVersion
    statistics: ItemStatistics
    flags: list[Flag]


@require_GET
@requires(SEE)
def questions(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    filters, form = filters_of(request.GET)
    headings, rows = listed(user, filters, request.GET)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    changing = ChangeForm(auto_id="to_%s", subjects=form.subjects)
    offering: Any = form.fields["tag"].widget
    offering.choices = lambda: tags_of(user)
    context = {
        "form": form,
        "filters": filters,
        "narrowings": narrowings(filters, form, request.GET),
        "leaves_retired_out": not filters.status,
        "every": EVERY,
        "flag": FLAGS.get(filters.flag),
        "headings": headings,
        "page": page,
        "lines": [_line(version) for version in page.object_list],
        "changing": changing,
        "at_once": min(page.paginator.count, MOST_AT_ONCE),
        "told": told_in(request),
        "query": request.GET.urlencode(),
        "may_edit": can(user, EDIT),
        "may_import": can(user, "questions.import"),
        "may_export": can(user, "questions.export"),
    }
    return render(request, "questions/bank/bank.html", context)


def statistics_of(version: QuestionVersion) -> ItemStatistics:
    """Of a version that was fetched with its sums, or has none yet."""
    known: VersionStatistics | None = getattr(version, "statistics", None)
    return item_statistics(Sums()) if known is None else statistics_in(known)


def _line(version: QuestionVersion) -> Line:
    statistics = statistics_of(version)
    return Line(version, statistics, flags_of(statistics, type_=version.type))
