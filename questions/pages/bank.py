"""The bank: to find questions, and to do something to many of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.entrance import user_in
from core.clock import now
from core.pages import is_key
from core.policies import can, requires
from questions.actions.editing import mark_ready, place_many, retire_many
from questions.bank_list import PlacingForm, filters_of, listed, tags_of
from questions.forms.places import NOWHERE
from questions.models import Question, QuestionVersion, VersionStatistics
from questions.statistics import ItemStatistics, Sums, item_statistics, statistics_in

SEE, EDIT = "questions.view_bank", "questions.edit"
ON_A_PAGE = 50
MOST_AT_ONCE = 200


@require_GET
@requires(SEE)
def questions(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    filters, form = filters_of(request.GET)
    headings, rows = listed(user, filters, request.GET)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    widget: Any = form.fields["tag"].widget
    widget.choices = lambda: tags_of(user)
    context = {
        "form": form,
        "filters": filters,
        "headings": headings,
        "page": page,
        "rows": [(version, statistics_of(version)) for version in page.object_list],
        "placing": PlacingForm(auto_id="to_%s", subjects=form.subjects),
        "query": request.GET.urlencode(),
        "may_edit": can(user, EDIT),
        "may_import": can(user, "questions.import"),
        "may_export": can(user, "questions.export"),
    }
    return render(request, "questions/bank/bank.html", context)


@require_POST
@requires(EDIT)
def selected(request: HttpRequest) -> HttpResponse:
    """What is one's own is changed; the rest is counted and left as it is."""
    user, at = user_in(request), now()
    chosen = _chosen(request)
    own = [question for question in chosen if can(user, EDIT, question)]
    do = request.POST.get("do", "")
    if do == "export":
        query = QueryDict(mutable=True)
        query.setlist("id", [str(question.pk) for question in chosen])
        return HttpResponseRedirect(f"{reverse('question_export')}?{query.urlencode()}")
    if do == "retire":
        done = retire_many(own, by=user, at=at)
    elif do == "ready":
        done = mark_ready(own, at=at)
    elif do == "place":
        form = PlacingForm(request.POST)
        place = form.cleaned_data["place"] if form.is_valid() else NOWHERE
        if place == NOWHERE:
            messages.warning(request, _("Choose a subject or a chapter to put them into."))
            return _back(request)
        done = place_many(own, subject=place.subject, chapter=place.chapter, at=at)
    else:
        done = 0
    _say(request, done, left=len(chosen) - len(own))
    return _back(request)


def statistics_of(version: QuestionVersion) -> ItemStatistics:
    """Of a version that was fetched with its sums, or has none yet."""
    known: VersionStatistics | None = getattr(version, "statistics", None)
    return item_statistics(Sums()) if known is None else statistics_in(known)


def _chosen(request: HttpRequest) -> Sequence[Question]:
    said = request.POST.getlist("selected")[:MOST_AT_ONCE]
    keys = [key for key in said if is_key(key)]
    return list(Question.objects.visible_to(user_in(request)).filter(pk__in=keys))


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was narrowed."""
    query = QueryDict(request.POST.get("back", "")).urlencode()
    return HttpResponseRedirect(f"{reverse('questions')}?{query}".rstrip("?"))


def _say(request: HttpRequest, done: int, *, left: int) -> None:
    if done:
        said = ngettext("Done for %(n)d question.", "Done for %(n)d questions.", done)
        messages.success(request, said % {"n": done})
    if left:
        said = ngettext(
            "%(n)d question is of somebody else, and stays as it is.",
            "%(n)d questions are of somebody else, and stay as they are.",
            left,
        )
        messages.warning(request, said % {"n": left})
    if not done and not left:
        messages.warning(request, _("Select some questions first."))
