"""Questions as a file: which ones, in which format, and what that format loses of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.entrance import user_in
from core.keys import is_key
from core.policies import requires
from questions.bank_list import BankForm, filters_of, versions_for
from questions.exporting import drafts_of, export_answer, pictures_of
from questions.formats import FORMATS, Loss
from questions.formats.pictures import NO_PICTURES
from questions.formats.registry import carried_by
from questions.forms.files import NAMES, ExportForm
from questions.models import Question

EXPORT = "questions.export"
MOST_CHOSEN = 200
MOST_SHOWN = 50


@dataclass(frozen=True)
class LossReport:
    """`whole` questions are left out, `parts` says how often each part is lost."""

    losses: list[Loss]
    whole: int
    parts: list[tuple[str, int]]

    @property
    def shown(self) -> list[Loss]:
        return self.losses[:MOST_SHOWN]

    @property
    def left_out(self) -> int:
        return max(0, len(self.losses) - MOST_SHOWN)


@require_GET
@requires(EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """Without a format the choice of one; with it what is lost, before anything is downloaded."""
    format_ = request.GET.get("format", "")
    is_chosen = format_ in FORMATS
    questions, query, narrowing = _asked(request)
    report = report_of(format_, questions) if is_chosen else None
    file_query = query.copy()
    file_query["format"] = format_
    context: dict[str, Any] = {
        "form": ExportForm({"format": format_} if is_chosen else None),
        "narrowing": narrowing,
        "ids": query.getlist("id"),
        "count": questions.count(),
        "is_selection": bool(query.getlist("id")),
        "is_narrowed": bool(query),
        "format_name": NAMES[format_] if is_chosen else "",
        "report": report,
        "download": f"{reverse('question_export_file')}?{file_query.urlencode()}",
        "trail": [(_("Questions"), reverse("questions"))],
    }
    return render(request, "questions/imports/export.html", context)


@require_GET
@requires(EXPORT)
def export_file(request: HttpRequest) -> StreamingHttpResponse:
    questions, _query, _form = _asked(request)
    format_ = FORMATS.get(request.GET.get("format", ""), FORMATS["xlsx"])
    return export_answer(format_, questions)


def report_of(format_: str, questions: Any) -> LossReport:
    losses: list[Loss] = []
    # Whether their bytes are there is not asked of each before anything is downloaded.
    taken = dict(pictures_of(questions)) if FORMATS[format_].has_pictures else NO_PICTURES
    for _kept in carried_by(FORMATS[format_], drafts_of(questions), losses, taken):
        pass
    parts = Counter(part for loss in losses if not loss.is_whole for part in loss.parts)
    return LossReport(losses, sum(loss.is_whole for loss in losses), parts.most_common())


def _asked(request: HttpRequest) -> tuple[Any, QueryDict, BankForm | None]:
    """Those that were selected, else those that the filters leave; how, and by which form."""
    user = user_in(request)
    query = QueryDict(mutable=True)
    keys = [key for key in request.GET.getlist("id")[:MOST_CHOSEN] if is_key(key)]
    visible = Question.objects.visible_to(user).order_by("pk")
    if keys:
        query.setlist("id", keys)
        return visible.filter(pk__in=keys), query, None
    filters, form = filters_of(request.GET)
    query.update(filters.given)
    return visible.filter(pk__in=versions_for(user, filters).values("question")), query, form
