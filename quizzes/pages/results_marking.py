"""Looking at answers that wait for a person, one after the other."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.entrance import user_in
from core.callers import caller_of
from core.clock import now
from core.counted import counted_page
from core.errors import Invalid
from core.pages import errors_on
from core.policies import demand, requires
from core.widgets import MarkdownInput
from questions.showing import files_of, reviewed
from quizzes.actions.marking import FEEDBACK_LENGTH, mark_answer
from quizzes.errors import MarkedMeanwhile
from quizzes.models import AttemptQuestion, Quiz
from quizzes.pages.results import SEE, quiz_with_results
from quizzes.results import answers_marked, answers_to_mark, answers_waiting, waiting_count

MARK = "quizzes.mark"
ON_A_PAGE = 25
MARKED = "marked"


class MarkForm(forms.Form):
    """`base` says when what the marker sees was marked; empty if it was not."""

    base = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    score = forms.DecimalField(
        label=gettext_lazy("Points"),
        min_value=0,
        decimal_places=2,
        max_digits=6,
        widget=forms.NumberInput({"inputmode": "decimal", "step": "any", "autocomplete": "off"}),
    )
    feedback = forms.CharField(
        label=gettext_lazy("Feedback"),
        required=False,
        max_length=FEEDBACK_LENGTH,
        widget=MarkdownInput({"rows": 6}),
        help_text=gettext_lazy("The student reads it beside the answer."),
    )

    def __init__(self, data: Any = None, *, answer: AttemptQuestion) -> None:
        initial = {"base": base_of(answer), "score": answer.score, "feedback": answer.feedback}
        super().__init__(data, initial=initial, label_suffix="")
        most = f"{answer.marks.normalize():f}"
        self.fields["score"].help_text = _("From 0 to %(most)s.") % {"most": most}
        self.fields["score"].widget.attrs["max"] = most
        score: Any = self.fields["score"]
        score.max_value = answer.marks

    @property
    def seen_at(self) -> datetime | None:
        """Raises Invalid for what is no time."""
        text = self.cleaned_data["base"]
        try:
            moment = parse_datetime(text) if text else None
        except ValueError:
            moment = None
        if text and moment is None:
            raise Invalid
        return moment

    def clean_score(self) -> Any:
        score, most = self.cleaned_data["score"], self.fields["score"].max_value  # type: ignore[attr-defined]
        if score > most:
            raise forms.ValidationError(_("Give %(most)s at most.") % {"most": f"{most:f}"})
        return score


@require_GET
@requires(SEE)
def waiting(request: HttpRequest, pk: int) -> HttpResponse:
    quiz = quiz_with_results(request, pk)
    is_marked = request.GET.get("state") == MARKED
    rows = answers_marked(quiz) if is_marked else answers_waiting(quiz)
    count = rows.count() if is_marked else waiting_count(quiz)
    shown = rows.select_related("attempt__student", "version", "marked_by")
    here = reverse("quiz_marking", args=[pk])
    context = {
        "quiz": quiz,
        "page": counted_page(shown, ON_A_PAGE, count=count, number=request.GET.get("page")),
        "is_marked": is_marked,
        "tabs": [
            {"label": _("Waiting"), "href": here, "is_current": not is_marked},
            {"label": _("Marked"), "href": f"{here}?state={MARKED}", "is_current": is_marked},
        ],
        "trail": _trail(quiz),
    }
    return render(request, "quizzes/results/marking.html", context)


@require_http_methods(["GET", "POST"])
@requires(MARK)
def mark(request: HttpRequest, pk: int, answer_pk: int) -> HttpResponse:
    quiz = quiz_with_results(request, pk)
    demand(request.user, MARK, quiz)
    answer = _answer(quiz, answer_pk)
    if request.method == "GET":
        return _page(request, quiz, answer, MarkForm(answer=answer))
    form = MarkForm(request.POST, answer=answer)
    if not form.is_valid():
        return _page(request, quiz, answer, form)
    with errors_on(form):
        try:
            mark_answer(
                answer,
                score=form.cleaned_data["score"],
                feedback=form.cleaned_data["feedback"],
                by=user_in(request),
                at=now(),
                based_on=form.seen_at,
                caller=caller_of(request),
            )
        except MarkedMeanwhile:
            return _too_late(request, quiz, answer_pk)
    if form.errors:
        return _page(request, quiz, answer, form)
    return _go_on(request, quiz, answer)


def base_of(answer: AttemptQuestion) -> str:
    return answer.marked_at.isoformat() if answer.marked_at else ""


def _answer(quiz: Quiz, pk: int) -> AttemptQuestion:
    rows = answers_to_mark(quiz).select_related("attempt__student", "version", "marked_by")
    found: AttemptQuestion = get_object_or_404(rows.prefetch_related("version__choices"), pk=pk)
    return found


def _page(
    request: HttpRequest,
    quiz: Quiz,
    answer: AttemptQuestion,
    form: MarkForm,
    *,
    has_conflict: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    shown = reviewed(
        answer.version,
        deal=answer.dealt,
        response=answer.response,
        score=answer.score,
        marks=answer.marks,
        files=files_of([answer.response]),
        is_for_graders=True,
        is_own=False,
    )
    context = {
        "quiz": quiz,
        "answer": answer,
        "shown": shown,
        "form": form,
        "has_conflict": has_conflict,
        "left": waiting_count(quiz) - (answer.score is None),
        "trail": [*_trail(quiz), (_("Answers to mark"), reverse("quiz_marking", args=[quiz.pk]))],
    }
    return render(request, "quizzes/results/mark.html", context, status=status)


def _too_late(request: HttpRequest, quiz: Quiz, pk: int) -> HttpResponse:
    """Both marks are shown; whoever saves again has seen the first."""
    fresh = _answer(quiz, pk)
    typed = request.POST.copy()
    typed["base"] = base_of(fresh)
    form = MarkForm(typed, answer=fresh)
    return _page(request, quiz, fresh, form, has_conflict=True, status=HTTPStatus.CONFLICT)


def _go_on(request: HttpRequest, quiz: Quiz, answer: AttemptQuestion) -> HttpResponse:
    said = _("Marked: the answer of %(name)s.") % {"name": answer.attempt.student.get_full_name()}
    following = answers_waiting(quiz).exclude(pk=answer.pk).first()
    if following is None:
        messages.success(request, f"{said} {_('That was the last one here.')}")
        return redirect("quiz_results", quiz.pk)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("quiz_mark_answer", args=[quiz.pk, following.pk]))


def _trail(quiz: Quiz) -> list[tuple[str, str]]:
    return [
        (_("Quizzes"), reverse("quizzes")),
        (_("Results: %(title)s") % {"title": quiz.title}, reverse("quiz_results", args=[quiz.pk])),
    ]
