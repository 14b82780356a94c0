"""Pasting questions: first what was understood is shown, then they come in."""

from __future__ import annotations

from hashlib import sha256

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.entrance import user_in
from core.clock import new_seed, now
from core.pages import errors_on
from core.policies import requires
from quizzes.actions.pasting import paste_questions
from quizzes.authoring_forms import PasteForm
from quizzes.pages.authoring_page import EDIT, edited_quiz
from quizzes.pasting import Understood, understood


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def paste(request: HttpRequest, pk: int) -> HttpResponse:
    quiz, user = edited_quiz(request, pk), user_in(request)
    form = PasteForm(request.POST or None)
    found: list[Understood] = []
    seen = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with errors_on(form):
            found = understood(given["text"], written_as=given["written_as"], owner=user)
            seen = _digest(given["text"], given["written_as"])
            # What was changed since it was looked at is looked at again first.
            if request.POST.get("save") == seen and any(each.is_sound for each in found):
                n = paste_questions(
                    quiz,
                    understood=found,
                    subject=given["about"].subject,
                    chapter=given["about"].chapter,
                    by=user,
                    at=now(),
                    seed=new_seed(),
                )
                said = ngettext("%(n)d question is added.", "%(n)d questions are added.", n)
                messages.success(request, said % {"n": n})
                return HttpResponseRedirect(f"{reverse('quiz_edit', args=[pk])}#questions")
    context = {
        "quiz": quiz,
        "form": form,
        "found": found,
        "sound_ones": [each for each in found if each.is_sound],
        "seen": seen,
        "wrong": [each for each in found if not each.is_sound],
        "trail": [
            (_("Quizzes"), reverse("quizzes")),
            (quiz.title, reverse("quiz_edit", args=[pk])),
        ],
    }
    return render(request, "quizzes/authoring/paste.html", context)


def _digest(*said: str) -> str:
    return sha256("\0".join(said).encode()).hexdigest()[:16]
