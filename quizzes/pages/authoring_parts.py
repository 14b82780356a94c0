"""The parts of a quiz: its questions in order, its rules for drawing, who may change it."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.entrance import user_in
from core.clock import now
from core.errors import DomainError, Invalid
from core.keys import is_key
from core.pages import errors_on, explain
from core.policies import requires
from questions.models import Question
from quizzes.actions.authoring import (
    add_editor,
    drop_editor,
    list_digest,
    set_questions,
)
from quizzes.actions.listing import (
    add_draw_rule,
    add_questions,
    change_draw_rule,
    drop_draw_rule,
    take_out,
)
from quizzes.authoring import listed_questions
from quizzes.authoring_forms import DrawRuleForm, EditorForm, marks_in
from quizzes.errors import EditedMeanwhile, NotVetted
from quizzes.models import Quiz, QuizQuestion
from quizzes.models.quizzes import MOST_QUESTIONS
from quizzes.pages.authoring_page import (
    EDIT,
    edited_quiz,
    editor_page,
    visible_quiz,
)
from quizzes.pages.listed import is_script, listed_by, put_back_by_ticket, ticket_of
from quizzes.templatetags.quizzes import marks


@require_POST
@requires(EDIT)
def order(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The questions as they stand on the page, with their marks; one moved, or one taken out.

    Scripts are answered in JSON, pages by going back to theirs.
    """
    quiz, user, at = edited_quiz(request, pk), user_in(request), now()
    if is_key(request.POST.get("remove", "")):
        return _remove(request, quiz)
    try:
        asked = listed_by(request, quiz, marks=lambda row: _marks(request, row))
        base = request.POST.get("base", "")
        set_questions(quiz, asked=asked, by=user, at=at, based_on=base)
    except EditedMeanwhile:
        if is_script(request):
            raise
        fresh = visible_quiz(request, pk)
        return editor_page(request, fresh, conflict="questions", status=HTTPStatus.CONFLICT)
    except Invalid as error:
        if is_script(request):
            return JsonResponse({"wrong": list(error.details)}, status=HTTPStatus.BAD_REQUEST)
        said = str(error.message)
        return editor_page(request, quiz, order_error=said, status=HTTPStatus.BAD_REQUEST)
    if is_script(request):
        total = sum((each.marks for each in listed_questions(quiz, user=user)), Decimal(0))
        return JsonResponse({"base": list_digest(quiz), "total": marks(total)})
    moved = request.POST.get("up") or request.POST.get("down")
    if not moved:
        messages.success(request, _("Order and points are saved."))
    return _back(quiz, f"question-{moved}" if moved and is_key(moved) else "questions")


@require_POST
@requires(EDIT)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Those that were chosen in the bank."""
    quiz, user = edited_quiz(request, pk), user_in(request)
    chosen = [each for each in request.POST.getlist("question") if is_key(each)][:MOST_QUESTIONS]
    found = Question.objects.visible_to(user).in_use().filter(pk__in=chosen)
    by_key = {str(each.pk): each for each in found}
    questions = [by_key[key] for key in chosen if key in by_key]
    try:
        n = add_questions(quiz, questions=questions, by=user, at=now()) if questions else 0
    except NotVetted as refusal:
        what = _("Decide on its page in the bank, or take the quiz back and decide here.")
        messages.error(request, f"{explain(refusal)} {what}")
        return _back(quiz, "bank")
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return _back(quiz, "bank")
    if n:
        said = ngettext("%(n)d question is added.", "%(n)d questions are added.", n)
        messages.success(request, said % {"n": n})
    else:
        messages.warning(request, _("Choose questions that are not in the quiz yet."))
    return _back(quiz, "questions")


@require_POST
@requires(EDIT)
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes taking one out."""
    quiz = edited_quiz(request, pk)
    back = put_back_by_ticket(request, quiz)
    return _back(quiz, f"question-{back.pk}")


@require_POST
@requires(EDIT)
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    quiz, user, at = edited_quiz(request, pk), user_in(request), now()
    dropped = request.POST.get("drop", "")
    if is_key(dropped):
        drop_draw_rule(quiz, rule=int(dropped), by=user, at=at)
        return _back(quiz, "drawn")
    if is_key(request.POST.get("change", "")):
        return _change_rule(request, quiz, int(request.POST["change"]))
    form = DrawRuleForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            add_draw_rule(quiz, rule=form.rule, by=user, at=at)
            return _back(quiz, "drawn")
    return editor_page(request, quiz, rule_form=form)


@require_POST
@requires(EDIT)
def editors(request: HttpRequest, pk: int) -> HttpResponse:
    quiz, user, at = edited_quiz(request, pk), user_in(request), now()
    dropped = request.POST.get("drop", "")
    if is_key(dropped):
        drop_editor(quiz, editor=int(dropped), by=user, at=at)
        return _back_or_out(request, pk)
    form = EditorForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            add_editor(quiz, editor=form.cleaned_data["address"], by=user, at=at)
            return _back(quiz, "editors")
    return editor_page(request, quiz, editor_form=form)


def _change_rule(request: HttpRequest, quiz: Quiz, key: int) -> HttpResponse:
    known = quiz.draw_rules.filter(pk=key).first()
    if known is None:
        messages.error(request, explain(EditedMeanwhile()))
        return _back(quiz, "drawn")
    form = DrawRuleForm(request.POST, rule=known)
    if not form.is_valid():
        return editor_page(request, quiz, change_form=form, changing=key)
    try:
        change_draw_rule(quiz, rule=key, to=form.rule, by=user_in(request), at=now())
    except EditedMeanwhile as refusal:
        messages.error(request, explain(refusal))
    return _back(quiz, "drawn")


def _remove(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    key = int(request.POST["remove"])
    gone = take_out(quiz, question=key, by=user_in(request), at=now())
    if gone is None:
        return _back(quiz, "questions")
    place, asked = gone
    ticket = ticket_of(quiz, question=key, place=place, marks=asked.marks)
    query = urlencode({"removed": ticket})
    return HttpResponseRedirect(f"{reverse('quiz_edit', args=[quiz.pk])}?{query}#questions")


def _marks(request: HttpRequest, row: QuizQuestion) -> Decimal | None:
    try:
        return marks_in(request.POST.get(f"marks-{row.question_id}", ""))
    except ValueError:
        said = _("Write points as a number above 0, such as 1 or 1.5.")
        raise Invalid(said, **{f"marks-{row.question_id}": [said]}) from None


def _back(quiz: Quiz, part: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('quiz_edit', args=[quiz.pk])}#{part}")


def _back_or_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever took themselves out sees the list."""
    fresh = visible_quiz(request, pk)
    mine = Quiz.objects.editable_by(user_in(request)).filter(pk=pk)
    return _back(fresh, "editors") if mine.exists() else redirect("quizzes")
