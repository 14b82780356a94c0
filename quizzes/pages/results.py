"""How a quiz went: who took it and who did not, scores, questions; and all of it as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.entrance import user_in
from core.clock import now
from core.counted import counted_page
from core.errors import Missing
from core.policies import can, demand, requires
from core.spreadsheets import Sheet, csv_answer, xlsx_answer
from core.tables import Column, table
from core.widgets import SearchInput
from questions.models import Question
from quizzes.models import Attempt, Quiz
from quizzes.pages.authoring_page import EDIT, visible_quiz
from quizzes.results import NEWEST_ATTEMPTS, ItemRow, Results, Who, answers_waiting
from quizzes.standing import has_passed

SEE = "quizzes.view_results"
ON_A_PAGE = 25
HARDEST = 15
XLSX, QUESTIONS = "xlsx", "questions"
COLUMNS = (
    Column("name", gettext_lazy("Student"), order_by=("name",)),
    Column("attempts", gettext_lazy("Attempts"), kind="number", order_by=("attempts_count",)),
    Column("best", gettext_lazy("Best"), kind="number", order_by=("best_key",)),
    Column("last", gettext_lazy("Last"), kind="number"),
    Column("passed", gettext_lazy("Passed")),
    Column("time", gettext_lazy("Time, last")),
    Column("when", gettext_lazy("Last begun"), order_by=("last_key",)),
)
OF_ATTEMPTS = (
    *(gettext_lazy("Student"), gettext_lazy("Address"), gettext_lazy("Attempt")),
    *(gettext_lazy("State"), gettext_lazy("Begun"), gettext_lazy("Ended")),
    *(gettext_lazy("Minutes"), gettext_lazy("Score"), gettext_lazy("Of")),
    *(gettext_lazy("Percent"), gettext_lazy("Passed"), gettext_lazy("Waiting to be marked")),
)
OF_QUESTIONS = (
    *(gettext_lazy("Question"), gettext_lazy("Type"), gettext_lazy("Answers")),
    *(gettext_lazy("Facility"), gettext_lazy("Discrimination"), gettext_lazy("Key doubtful")),
    *(gettext_lazy("Seconds"), gettext_lazy("Most chosen wrong answer"), gettext_lazy("Times")),
)


class PeopleForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Student"),
        required=False,
        max_length=100,
        widget=SearchInput({"placeholder": gettext_lazy("Student's name"), "autocomplete": "off"}),
    )
    who = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


@require_GET
@requires(SEE)
def quiz_results(request: HttpRequest, pk: int) -> HttpResponse:
    quiz, user = quiz_with_results(request, pk), user_in(request)
    results = Results(quiz, user, at=now())
    form = PeopleForm(request.GET)
    search = form.cleaned_data.get("q", "") if form.is_valid() else ""
    called = _called(search)
    counts = results.counts(called)
    who = Who(asked) if (asked := request.GET.get("who", "")) in Who.values else Who.ALL
    shown = table(COLUMNS, request.GET, default="name")
    listed = results.listed(who, called, order_by=shown.order_by)
    items = results.items(newest=NEWEST_ATTEMPTS)
    hardest = items[:HARDEST]
    in_bank = Question.objects.visible_to(user).filter(pk__in=[each.question for each in hardest])
    context = {
        "quiz": quiz,
        "summary": results.summary,
        "facts": results.facts,
        "waiting": results.facts["waiting"],
        "chart": results.chart() if results.summary.people else None,
        "items": hardest,
        "visible": set(in_bank.values_list("pk", flat=True)),
        "items_count": len(items),
        "newest": NEWEST_ATTEMPTS if results.facts["ended"] > NEWEST_ATTEMPTS else None,
        "headings": shown.headings,
        "page": counted_page(listed, ON_A_PAGE, count=counts[who], number=request.GET.get("page")),
        "form": form,
        "tabs": _tabs(request, counts, who),
        "who": who.value,
        "is_narrowed": bool(search),
        "may_mark": can(user, "quizzes.mark", quiz),
        "export": reverse("quiz_results_export", args=[pk]),
        "trail": _trail(request, quiz),
    }
    return render(request, "quizzes/results/results.html", context)


@require_GET
@requires(SEE)
def person(request: HttpRequest, pk: int, person_pk: int) -> HttpResponse:
    """All attempts of somebody who took it."""
    quiz = quiz_with_results(request, pk)
    seen = Results(quiz, user_in(request), at=now()).attempts.filter(student=person_pk)
    attempts = list(seen.select_related("student", "quiz").order_by("-number"))
    if not attempts:
        raise Missing
    waiting = answers_waiting(quiz).filter(attempt__student=person_pk)
    context = {
        "quiz": quiz,
        "person": attempts[0].student,
        "attempts": attempts,
        "waiting": waiting.select_related("attempt", "version"),
        "may_mark": can(request.user, "quizzes.mark", quiz),
        "trail": [
            *_trail(request, quiz),
            (_("Results"), reverse("quiz_results", args=[pk])),
        ],
    }
    return render(request, "quizzes/results/person.html", context)


@require_GET
@requires(SEE)
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A row for each attempt; in a workbook, and as a file of its own, one for each question."""
    quiz, at = quiz_with_results(request, pk), now()
    results = Results(quiz, user_in(request), at=at)
    name = f"quiz-{slugify(quiz.title)[:60] or quiz.pk}-{localdate(at):%Y-%m-%d}"
    if request.GET.get("as") == XLSX:
        sheets = [
            Sheet(_("Attempts"), OF_ATTEMPTS, _attempts(results)),
            Sheet(_("Questions"), OF_QUESTIONS, _questions(results.items())),
        ]
        return xlsx_answer(name, sheets=sheets)
    if request.GET.get("of") == QUESTIONS:
        rows = _questions(results.items())
        return csv_answer(f"{name}-questions", headings=OF_QUESTIONS, rows=rows)
    return csv_answer(name, headings=OF_ATTEMPTS, rows=_attempts(results))


def quiz_with_results(request: HttpRequest, pk: int) -> Quiz:
    quiz = visible_quiz(request, pk)
    demand(request.user, SEE, quiz)
    return quiz


def _called(search: str) -> Q:
    wanted = Q()
    for word in search.replace("\x00", "").split()[:8]:
        wanted &= Q(name__icontains=word) | Q(email__icontains=word)
    return wanted


def _tabs(request: HttpRequest, counts: dict[Who, int], chosen: Who) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for who in Who:
        query["who"] = who.value
        tabs.append(
            {
                "label": who.label,
                "href": f"{request.path}?{query.urlencode()}#people",
                "is_current": who == chosen,
                "count": counts[who],
            }
        )
    return tabs


def _trail(request: HttpRequest, quiz: Quiz) -> list[tuple[str, str]]:
    trail = [(_("Quizzes"), reverse("quizzes"))]
    if can(request.user, EDIT, quiz):
        trail.append((quiz.title, reverse("quiz_edit", args=[quiz.pk])))
    return trail


def _attempts(results: Results) -> Iterator[Sequence[object]]:
    for each in results.rows():
        percent = each.percentage
        yield (
            each.student.get_full_name(),
            each.student.email,
            each.number,
            each.get_status_display(),
            f"{each.started_at:%Y-%m-%d %H:%M}",
            f"{each.ended_at:%Y-%m-%d %H:%M}" if each.ended_at else "",
            _minutes(each),
            each.score,
            each.max_score,
            percent,
            "" if percent is None else _yes_or_no(has_passed(each, results.quiz)),
            each.pending_count or "",
        )


def _questions(items: Sequence[ItemRow]) -> Iterator[Sequence[object]]:
    for each in items:
        statistics = each.statistics
        first = each.wrong[0] if each.wrong else None
        yield (
            each.version.text,
            each.version.get_type_display(),
            statistics.answers,
            _rounded(statistics.facility),
            _rounded(statistics.discrimination),
            _yes_or_no(True) if each.has_doubtful_key else "",
            _rounded(statistics.seconds),
            first.text if first else "",
            first.times if first else "",
        )


def _minutes(attempt: Attempt) -> object:
    if attempt.ended_at is None:
        return ""
    return round((attempt.ended_at - attempt.started_at).total_seconds() / 60, 1)


def _rounded(value: float | None) -> object:
    return "" if value is None else round(value, 2)


def _yes_or_no(is_so: bool) -> str:
    return _("yes") if is_so else _("no")
