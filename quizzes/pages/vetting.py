"""Standing for what AI made, where one meets it: in the editor of a quiz, and in the bank."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.entrance import user_in
from core.clock import now
from core.errors import DomainError, Missing
from core.keys import is_key
from core.pages import explain
from core.policies import requires
from questions.pages.editor import question_for
from quizzes.actions.vetting import vet_question
from quizzes.models import GeneratedQuestion
from quizzes.pages.authoring_page import EDIT, edited_quiz

IN_BANK = "questions.edit"


@require_POST
@requires(EDIT)
def in_quiz(request: HttpRequest, pk: int) -> HttpResponse:
    """Stands for the key of a question that waits in a quiz which one may edit."""
    quiz, key = edited_quiz(request, pk), request.POST.get("question", "")
    if not is_key(key):
        raise Missing
    item = get_object_or_404(GeneratedQuestion.objects.in_quiz(quiz), question=key)
    vet_question(item, is_sound=True, by=user_in(request), at=now())
    messages.success(request, _("You stand for this key."))
    waits = GeneratedQuestion.objects.in_quiz(quiz).unsettled().exists()
    part = "waiting" if waits else f"question-{key}"
    return HttpResponseRedirect(f"{reverse('quiz_edit', args=[pk])}#{part}")


@require_POST
@requires(IN_BANK)
def in_bank(request: HttpRequest, pk: int) -> HttpResponse:
    """Looked at and found sound, or to be looked at once more."""
    question = question_for(request, pk, IN_BANK)
    item = get_object_or_404(GeneratedQuestion, question=question)
    try:
        vet_question(item, is_sound=request.POST.get("sound") == "1", by=user_in(request), at=now())
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    return redirect("question", pk)
