"""Writing a quiz as a whole: making it, its settings, its state, a look at it, its end."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entrance import user_in
from core.clock import new_seed, now
from core.errors import Invalid
from core.keys import is_key
from core.pages import errors_on
from core.policies import can, demand, requires
from questions.showing import asked
from quizzes.actions.authoring import (
    delete_quiz,
    duplicate_quiz,
    edit_quiz,
    facts_digest,
    make_quiz,
    publish_quiz,
    unpublish_quiz,
)
from quizzes.actions.dealing import dealt_questions
from quizzes.authoring_forms import NewQuizForm, QuizForm
from quizzes.errors import EditedMeanwhile, NotReady
from quizzes.models import Quiz, QuizStatus
from quizzes.pages.authoring_page import (
    EDIT,
    edited_quiz,
    editor_page,
    visible_quiz,
)

MAKE, PREVIEW, DELETE = "quizzes.make", "quizzes.preview", "quizzes.delete"
BITS = 63


@require_http_methods(["GET", "POST"])
@requires(MAKE)
def new_quiz(request: HttpRequest) -> HttpResponse:
    form = NewQuizForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = make_quiz(**form.facts, by=user_in(request), at=now())
            messages.success(request, _("The quiz is there, as a draft. Now give it questions."))
            return redirect("quiz_edit", made.pk)
    context = {
        "form": form,
        "trail": [(_("Quizzes"), reverse("quizzes"))],
    }
    return render(request, "quizzes/authoring/new.html", context)


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def edit_quiz_page(request: HttpRequest, pk: int) -> HttpResponse:
    quiz = edited_quiz(request, pk)
    if request.method == "GET":
        return editor_page(request, quiz)
    form = QuizForm(request.POST, quiz=quiz, base=facts_digest(quiz))
    if not form.is_valid():
        return editor_page(request, quiz, form=form)
    with errors_on(form):
        try:
            edit_quiz(
                quiz,
                facts=form.facts,
                by=user_in(request),
                at=now(),
                based_on=form.cleaned_data["base"],
            )
        except EditedMeanwhile:
            return _changed_meanwhile(request, pk, form)
    if form.errors:
        return editor_page(request, visible_quiz(request, pk), form=form)
    messages.success(request, _("The settings are saved."))
    return HttpResponseRedirect(f"{reverse('quiz_edit', args=[pk])}#settings")


@require_GET
@requires(PREVIEW)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """As a student would get it; nothing of it is kept."""
    quiz = visible_quiz(request, pk)
    demand(request.user, PREVIEW, quiz)
    given = request.GET.get("seed", "")
    seed = int(given) % 2**BITS if is_key(given) else quiz.pk
    dealt = dealt_questions(quiz, seed=seed)
    context = {
        "quiz": quiz,
        "shown": [
            asked(each.version, deal=each.deal, marks=each.marks, position=place)
            for place, each in enumerate(dealt, start=1)
        ],
        "total": sum((each.marks for each in dealt), Decimal(0)),
        "another": new_seed() % 10**9,
        "may_edit": can(request.user, EDIT, quiz),
        "trail": [
            (_("Quizzes"), reverse("quizzes")),
            *(
                [(quiz.title, reverse("quiz_edit", args=[pk]))]
                if can(request.user, EDIT, quiz)
                else []
            ),
        ],
    }
    return render(request, "quizzes/authoring/preview.html", context)


@require_POST
@requires(EDIT)
def change_state(request: HttpRequest, pk: int) -> HttpResponse:
    quiz = edited_quiz(request, pk)
    to, by, at = request.POST.get("to", ""), user_in(request), now()
    if to == QuizStatus.PUBLISHED:
        try:
            publish_quiz(quiz, by=by, at=at)
        except NotReady:
            fresh = visible_quiz(request, pk)
            return editor_page(request, fresh, was_refused=True, status=HTTPStatus.CONFLICT)
    elif to in QuizStatus:
        unpublish_quiz(quiz, by=by, at=at, status=QuizStatus(to))
    else:
        raise Invalid
    messages.success(request, _told(QuizStatus(to), was=quiz.status))
    return redirect("quiz_edit", pk)


@require_POST
@requires(MAKE)
def copy_quiz(request: HttpRequest, pk: int) -> HttpResponse:
    copy = duplicate_quiz(visible_quiz(request, pk), by=user_in(request), at=now())
    messages.success(request, _("This is a copy of your own, as a draft."))
    return redirect("quiz_edit", copy.pk)


@require_http_methods(["GET", "POST"])
@requires(DELETE)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first: nothing brings it back."""
    quiz = visible_quiz(request, pk)
    demand(request.user, DELETE, quiz)
    if request.method == "POST":
        delete_quiz(quiz, by=user_in(request), at=now())
        messages.success(request, _("“%(title)s” is deleted.") % {"title": quiz.title})
        return redirect("quizzes")
    context = {
        "quiz": quiz,
        "taken": quiz.attempts.count(),
        "trail": [
            (_("Quizzes"), reverse("quizzes")),
            (quiz.title, reverse("quiz_edit", args=[pk])),
        ],
    }
    return render(request, "quizzes/authoring/delete.html", context)


def _changed_meanwhile(request: HttpRequest, pk: int, form: QuizForm) -> HttpResponse:
    """What was typed stays, about what is saved now: whoever saves again has seen both."""
    fresh: Quiz = visible_quiz(request, pk)
    typed = request.POST.copy()
    typed["base"] = facts_digest(fresh)
    again = QuizForm(typed, quiz=fresh, base=facts_digest(fresh))
    return editor_page(
        request,
        fresh,
        form=again,
        conflict="settings",
        theirs=form.theirs(fresh),
        status=HTTPStatus.CONFLICT,
    )


def _told(to: QuizStatus, *, was: str) -> str:
    if to == QuizStatus.PUBLISHED:
        return _("Published. Students find it now.")
    if to == QuizStatus.ARCHIVED:
        return _("Archived. Results stay, and nobody can begin it any more.")
    if was == QuizStatus.ARCHIVED:
        return _("It is a draft again.")
    return _("Taken back. It is a draft again, and attempts that are under way go on.")
