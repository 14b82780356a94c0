"""A quiz before it is taken, and beginning it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.entrance import user_in
from accounts.roles import TEACHING
from core.clock import new_seed, now
from core.errors import DomainError
from core.pages import explain
from core.policies import can, demand, requires
from quizzes.actions.attempts import start_attempt
from quizzes.models import Quiz
from quizzes.pages.taking_history import history_of
from quizzes.standing import results_at, standing_of
from quizzes.templatetags.quizzes import questions_count


@require_safe
@requires("quizzes.view")
def quiz(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = user_in(request), now()
    shown = _visible(request, pk)
    standing = standing_of(shown, student=user, at=at)
    context = {
        "quiz": shown,
        "questions_count": questions_count(shown),
        "standing": standing,
        "history": history_of(standing),
        "results_at": results_at(shown),
        "teaches": user.role in TEACHING,
        "may_take": can(user, "quizzes.take", shown),
        "may_edit": can(user, "quizzes.edit", shown),
        "may_see_results": can(user, "quizzes.view_results", shown),
        "trail": [(_("Quizzes"), reverse("quizzes"))],
    }
    return render(request, "quizzes/taking/quiz.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("quizzes.take")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins an attempt, or goes on with the open one."""
    if request.method != "POST":  # Asked for again after signing in.
        return redirect("quiz", pk=pk)
    user = user_in(request)
    shown = _visible(request, pk)
    demand(user, "quizzes.take", shown)
    try:
        attempt, _is_new = start_attempt(shown, by=user, at=now(), seed=new_seed())
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("quiz", pk=pk)
    return redirect("attempt", pk=attempt.pk)


def _visible(request: HttpRequest, pk: int) -> Quiz:
    found = Quiz.objects.visible_to(request.user).select_related("track", "project", "author")
    return get_object_or_404(found.with_counts(), pk=pk)
