"""Having a quiz made: what is wished for, how far it is, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entrance import user_in
from core.clock import new_seed, now
from core.errors import DomainError
from core.jobs.models import Job
from core.pages import errors_on, explain
from core.policies import can, demand, requires
from quizzes.actions.authoring import list_digest
from quizzes.actions.generation import ask_generation, ask_once_more, used_today
from quizzes.generating import drafts_of, steps_of
from quizzes.generating_forms import WishForm, wish_to_change
from quizzes.generators.serving import is_ai_configured
from quizzes.models import Generation, GenerationState, GenerationType, QuizStatus
from quizzes.pages.listed import removed_by

MAKE, SEE, EDIT = "quizzes.make", "quizzes.view_generation", "quizzes.edit"
ON_A_PAGE = 10
PROVIDERS = {"builtin": gettext_lazy("This platform, by rules"), "gemini": "Gemini"}
NEEDS_AI = (GenerationType.PROMPT, GenerationType.WEB_SEARCH)


@require_http_methods(["GET", "POST"])
@requires(MAKE)
def generate(request: HttpRequest) -> HttpResponse:
    user, at = user_in(request), now()
    without = () if is_ai_configured() else NEEDS_AI
    first = GenerationType.SOURCE_TEXT if without else GenerationType.PROMPT
    form = WishForm(
        request.POST or None,
        request.FILES or None,
        without=without,
        initial={"generation_type": first, "language": "en", **_to_change(request)},
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            generation, _job = ask_generation(**form.wish, by=user, at=at, seed=new_seed())
            return redirect("quiz_generation", generation.pk)
    mine = Generation.objects.of_whole_quizzes().filter(owner=user).select_related("quiz")
    context = {
        "form": form,
        "page": Paginator(mine, ON_A_PAGE).get_page(request.GET.get("page")),
        "left": max(0, settings.AI_QUOTA_DAY - used_today(user, at=at)),
        "quota": settings.AI_QUOTA_DAY,
        "has_ai": not without,
        "is_sandbox": settings.GEMINI["is_sandbox"],
        "model": settings.GEMINI_MODEL,
        "may_configure": can(user, "quizzes.view_costs"),
        "trail": [(_("Quizzes"), reverse("quizzes"))],
    }
    return render(request, "quizzes/generating/generate.html", context)


@require_GET
@requires(SEE)
def generation(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = visible_generation(request, pk)
    if not found.digest or _is_older_try(found):
        newer = found.quiz.generations.of_whole_quizzes().order_by("-created_at").first()
        if newer is not None and newer.pk != found.pk:
            return redirect("quiz_generation", newer.pk)
    return generation_page(request, found)


@require_GET
@requires(SEE)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The figures while it runs; once it is over, the page is to be looked at anew."""
    found = visible_generation(request, pk)
    response = render(
        request, "quizzes/generating/steps.html", {"generation": found, "steps": steps_of(found)}
    )
    if found.state != GenerationState.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@requires(SEE)
def try_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same wish for the same draft."""
    found = visible_generation(request, pk)
    demand(request.user, EDIT, found.quiz)
    try:
        fresh, _job = ask_once_more(found, by=user_in(request), at=now(), seed=new_seed())
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("quiz_generation", found.pk)
    return redirect("quiz_generation", fresh.pk)


def visible_generation(request: HttpRequest, pk: UUID) -> Generation:
    rows = Generation.objects.visible_to(user_in(request))
    found: Generation = get_object_or_404(
        rows.select_related("quiz__author", "owner", "source_file"), pk=pk
    )
    return found


def generation_page(
    request: HttpRequest, found: Generation, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """`refused` says why it was not published."""
    user = user_in(request)
    is_done = found.state == GenerationState.SUCCEEDED
    drafts = drafts_of(found.quiz, user=user) if is_done else []
    context = {
        "generation": found,
        "quiz": found.quiz,
        "job": Job.objects.filter(pk=found.job).first() if found.job else None,
        "steps": steps_of(found),
        "facts": facts_of(found),
        "is_draft": found.quiz.status == QuizStatus.DRAFT,
        "may_edit": can(user, EDIT, found.quiz),
        "removed": removed_by(request.GET.get("removed", ""), found.quiz),
        "base": list_digest(found.quiz),
        "refused": refused,
        "trail": [
            (_("Quizzes"), reverse("quizzes")),
            (_("Make with AI"), reverse("quiz_generate")),
        ],
        **standing_of(drafts),
    }
    return render(request, "quizzes/generating/generation.html", context, status=status)


def standing_of(drafts: list[Any]) -> dict[str, Any]:
    """How many have been looked at, and which still wait for it."""
    return {
        "drafts": drafts,
        "looked_at": sum(draft.is_vetted for draft in drafts),
        "not_looked_at": sum(not draft.is_vetted for draft in drafts),
        "unsettled": [draft for draft in drafts if draft.is_unsettled],
    }


def facts_of(found: Generation) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [(_("From"), found.get_type_display())]
    if found.source_file is not None:
        facts.append((_("File"), found.source_file.name))
    facts.append((_("Made by"), found.model or PROVIDERS.get(found.provider, found.provider)))
    if found.tokens_in or found.tokens_out:
        figures = {"into": f"{found.tokens_in:,}", "out": f"{found.tokens_out:,}"}
        facts.append((_("Tokens"), _("%(into)s in, %(out)s out") % figures))
        facts.append((_("Requests"), found.requests))
        facts.append((_("Cost"), f"${found.cost:.4f}"))
    if found.ended_at is not None:
        seconds = max(1, round((found.ended_at - found.created_at).total_seconds()))
        facts.append((_("Took"), _("%(n)d s") % {"n": seconds}))
    return facts


def _to_change(request: HttpRequest) -> dict[str, Any]:
    """An earlier wish, to begin with."""
    try:
        key = UUID(request.GET.get("from", ""))
    except ValueError:
        return {}
    rows = Generation.objects.visible_to(request.user).select_related("quiz")
    known = rows.filter(pk=key).first()
    return wish_to_change(known) if known else {}


def _is_older_try(found: Generation) -> bool:
    return found.state in {GenerationState.FAILED, GenerationState.CANCELLED}
