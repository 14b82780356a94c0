"""The drafts that were made, one by one: vetted, replaced, put in order, taken out, published."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.entrance import user_in
from core.clock import new_seed, now
from core.errors import Conflict, DomainError, Missing
from core.keys import is_key
from core.pages import explain
from core.policies import demand, requires
from quizzes.actions.authoring import list_digest, publish_quiz, set_questions
from quizzes.actions.generation import ask_replacement
from quizzes.actions.listing import take_out
from quizzes.actions.vetting import vet_question
from quizzes.errors import EditedMeanwhile, NotReady, NotVetted
from quizzes.generating import drafts_of
from quizzes.models import GeneratedQuestion, Generation, QuizStatus
from quizzes.pages.generating import (
    EDIT,
    SEE,
    generation_page,
    standing_of,
    visible_generation,
)
from quizzes.pages.listed import is_script, listed_by, put_back_by_ticket, ticket_of


@require_POST
@requires(SEE)
def vet(request: HttpRequest, pk: UUID, question: int) -> HttpResponse:
    """Looked at and found sound, or to be looked at once more."""
    found = _edited(request, pk)
    item = get_object_or_404(
        GeneratedQuestion, question=question, question__quiz_questions__quiz=found.quiz_id
    )
    is_sound = request.POST.get("sound") == "1"
    try:
        vet_question(item, is_sound=is_sound, by=user_in(request), at=now())
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    return _shown(request, found, question)


@require_POST
@requires(SEE)
def another(request: HttpRequest, pk: UUID, question: int) -> HttpResponse:
    """The old one stays until the other is there."""
    found = _edited(request, pk)
    _demand_listed(found, question)
    try:
        ask_replacement(
            found.quiz, question=question, by=user_in(request), at=now(), seed=new_seed()
        )
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    return _shown(request, found, question)


@require_POST
@requires(SEE)
def remove(request: HttpRequest, pk: UUID, question: int) -> HttpResponse:
    found = _edited(request, pk)
    gone = take_out(found.quiz, question=question, by=user_in(request), at=now())
    if gone is None:
        return _back(found)
    place, asked = gone
    ticket = ticket_of(found.quiz, question=question, place=place, marks=asked.marks)
    query = urlencode({"removed": ticket})
    return HttpResponseRedirect(f"{reverse('quiz_generation', args=[found.pk])}?{query}#removed")


@require_POST
@requires(SEE)
def bring_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undoes taking one out."""
    found = _edited(request, pk)
    return _back(found, put_back_by_ticket(request, found.quiz).pk)


@require_POST
@requires(SEE)
def order(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """As they stand on the page, or one moved up or down. Scripts are answered in JSON."""
    found = _edited(request, pk)
    try:
        asked = listed_by(request, found.quiz, marks=lambda row: row.marks)
        base = request.POST.get("base", "")
        set_questions(found.quiz, asked=asked, by=user_in(request), at=now(), based_on=base)
    except EditedMeanwhile as refusal:
        if is_script(request):
            raise
        messages.error(request, explain(refusal))
        return _back(found)
    if is_script(request):
        return JsonResponse({"base": list_digest(found.quiz)})
    moved = request.POST.get("up") or request.POST.get("down") or ""
    return _back(found, int(moved) if moved.isdecimal() else None)


@require_POST
@requires(SEE)
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whoever publishes stands for every question; where a second look disagrees, they say so.

    That goes for those that their page showed them, and for no other.
    """
    found, user = _edited(request, pk), user_in(request)
    seen = request.POST.getlist("disputed") if request.POST.get("accept") == "1" else []
    accepting = {int(key) for key in seen if is_key(key)}
    try:
        publish_quiz(found.quiz, by=user, at=now(), accepting=accepting)
    except NotVetted as refusal:
        said = _("%(why)s Settle it below, or say that you stand for the key.")
        said %= {"why": refusal.message}
        return generation_page(request, found, refused=said, status=HTTPStatus.CONFLICT)
    except NotReady as refusal:
        said = " ".join(map(str, refusal.details.get("problems", [refusal.message])))
        return generation_page(request, found, refused=said, status=HTTPStatus.CONFLICT)
    messages.success(request, _("Published. Students find it now."))
    return redirect("quiz_edit", found.quiz_id)


def _edited(request: HttpRequest, pk: UUID) -> Generation:
    """One whose quiz is still a draft; what is published is changed in its editor."""
    found = visible_generation(request, pk)
    demand(request.user, EDIT, found.quiz)
    if found.quiz.status != QuizStatus.DRAFT:
        raise Conflict(_("This quiz is published, so it is changed in its editor."))
    return found


def _demand_listed(found: Generation, question: int) -> None:
    if not found.quiz.quiz_questions.filter(question=question).exists():
        raise Missing


def _shown(request: HttpRequest, found: Generation, question: int) -> HttpResponse:
    """The one draft and what its change means for the whole; without scripts the page."""
    if not request.headers.get("HX-Request"):
        return _back(found, question)
    drafts = drafts_of(found.quiz, user=user_in(request))
    draft = next((each for each in drafts if each.question.pk == question), None)
    if draft is None:
        # Somebody has taken it out meanwhile: the page is to be looked at anew.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "generation": found,
        "quiz": found.quiz,
        "draft": draft,
        "number": drafts.index(draft) + 1,
        "is_first": draft is drafts[0],
        "is_last": draft is drafts[-1],
        "is_draft": True,
        "may_edit": True,
        "is_renewed": True,
        **standing_of(drafts),
    }
    return render(request, "quizzes/generating/renewed.html", context)


def _back(found: Generation, question: int | None = None) -> HttpResponseRedirect:
    where = f"#question-{question}" if question is not None else ""
    return HttpResponseRedirect(f"{reverse('quiz_generation', args=[found.pk])}{where}")
