"""Writing a question: which kind first, then a form that fits it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.entrance import user_in
from core.clock import new_seed, now
from core.pages import errors_on
from core.policies import demand, requires
from questions.actions.editing import edit_question
from questions.actions.saving import add_question
from questions.bank_list import kept_query, list_address
from questions.changes import FieldChange, changes_between
from questions.describing import DESCRIBED
from questions.errors import EditedMeanwhile
from questions.forms import FORMS, QuestionForm
from questions.kinds import BadResponse
from questions.models import Question, QuestionVersion

EDIT = "questions.edit"
# Kinds whose answers one can try before they are saved: they are typed into one line.
TRIED = frozenset({"SHORT_TEXT", "NUMERIC"})


@dataclass(frozen=True)
class Tried:
    """What would become of an answer; `share` is None where the key cannot be used yet."""

    answer: str
    share: float | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Conflict:
    """Somebody has saved `newest` since this page was opened; `changes` lead from it to mine."""

    newest: QuestionVersion
    changes: list[FieldChange]


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def new_question(request: HttpRequest) -> HttpResponse:
    type_ = request.GET.get("type", "")
    if type_ not in FORMS:
        context = {"kinds": DESCRIBED.values(), "trail": _trail(request)}
        return render(request, "questions/editor/kinds.html", context)
    form_class = FORMS[type_]
    if request.method == "GET":
        return _page(request, form_class())
    if (answered := _without_saving(request, form_class)) is not None:
        return answered
    form = form_class(request.POST)
    if form.is_valid() and form.outline is not None:
        with errors_on(form):
            question = add_question(
                outline=form.outline,
                facts=form.facts,
                owner=user_in(request),
                **form.placing,
                at=now(),
                seed=new_seed(),
            )
            messages.success(request, _("The question is saved."))
            return _go_on(request, question)
    return _page(request, form)


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    shown = question_for(request, pk, EDIT)
    newest = newest_of(shown)
    form_class = FORMS[newest.type]
    if request.method == "GET":
        return _page(request, form_class.of_version(shown, newest), question=shown)
    if (answered := _without_saving(request, form_class, question=shown)) is not None:
        return answered
    form = form_class(request.POST)
    if form.is_valid() and form.outline is not None:
        with errors_on(form):
            try:
                version = edit_question(
                    shown,
                    outline=form.outline,
                    facts=form.facts,
                    placing=form.placing,
                    by=user_in(request),
                    at=now(),
                    seed=new_seed(),
                    based_on=form.cleaned_data["based_on"],
                )
            except EditedMeanwhile:
                return _too_late(request, pk, form)
            _say_saved(request, shown, version)
            return _go_on(request, shown)
    return _page(request, form, question=shown)


def question_for(request: HttpRequest, pk: int, policy: str) -> Question:
    """One that the person sees, and may do this with."""
    visible = Question.objects.visible_to(request.user)
    visible = visible.select_related("subject", "chapter", "owner")
    question: Question = get_object_or_404(visible, pk=pk)
    demand(request.user, policy, question)
    return question


def newest_of(question: Question) -> QuestionVersion:
    version: QuestionVersion = question.versions.newest().with_choices().get()
    return version


def next_of(request: HttpRequest) -> str:
    """Where one came from, if that is a path of ours."""
    wanted = request.GET.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
    return wanted if is_ours else ""


def list_of(request: HttpRequest) -> str:
    """The list as it was narrowed when one came from it."""
    return list_address(request.GET.get("list", ""))


def page_of(request: HttpRequest, question: Question) -> str:
    """That of a question, from which one finds back to the list as it was."""
    return reverse("question", args=[question.pk]) + way_back(request)


def way_back(request: HttpRequest) -> str:
    """What links and forms carry on."""
    query = kept_query(request.GET.get("list", "")).urlencode()
    return f"?{urlencode({'list': query})}" if query else ""


def _without_saving(
    request: HttpRequest, form_class: type[QuestionForm], *, question: Question | None = None
) -> HttpResponse | None:
    """What the page is asked for before anything is saved: rows, words that were kept, a try."""
    if "rows" in request.POST:
        form = form_class.kept(request.POST, order=request.POST["rows"])
        return _page(request, form, question=question)
    if "again" in request.POST:
        return _page(request, form_class.kept(request.POST), question=question)
    if "try" in request.POST and form_class.type in TRIED:
        tried = _tried(form_class(request.POST), request.POST.get("answer", ""))
        form = form_class.kept(request.POST)
        return _page(request, form, question=question, tried=tried)
    return None


def _tried(form: QuestionForm, answer: str) -> Tried:
    form.is_valid()
    material = form.material
    if material is None:
        wrong = (errors[0] for name, errors in form.errors.items() if name != "text")
        said = next(wrong, _("Write the question first."))
        return Tried(answer, trouble=str(said))
    try:
        response = form.kind.parse(material, answer)
    except BadResponse as refusal:
        return Tried(answer, trouble=str(refusal))
    share = form.kind.grade(material, response).share
    return Tried(answer, share=float(share or 0))


def _too_late(request: HttpRequest, pk: int, form: QuestionForm) -> HttpResponse:
    """Somebody was faster: what differs is shown, and nothing typed is lost."""
    shown = question_for(request, pk, EDIT)
    newest = newest_of(shown)
    kept = type(form).kept(request.POST)
    kept.initial["based_on"] = shown.newest
    changes = changes_between(newest, form.outline, form.facts) if form.outline else []
    answer = _page(request, kept, question=shown, conflict=Conflict(newest, changes))
    answer.status_code = HTTPStatus.CONFLICT
    return answer


def _page(
    request: HttpRequest,
    form: QuestionForm,
    *,
    question: Question | None = None,
    tried: Tried | None = None,
    conflict: Conflict | None = None,
) -> HttpResponse:
    name = f"question.{question.pk}" if question else f"question.new.{form.type}"
    context: dict[str, Any] = {
        "form": form,
        "question": question,
        "kind": DESCRIBED[form.type],
        "is_tried": form.type in TRIED,
        "tried": tried,
        "conflict": conflict,
        "draft": f"{user_in(request).pk}.{name}",
        "is_kept": request.method == "POST",
        "back": next_of(request) or (page_of(request, question) if question else list_of(request)),
        "trail": _trail(request, question),
    }
    return render(request, "questions/editor/editor.html", context)


def _trail(request: HttpRequest, question: Question | None = None) -> list[tuple[str, str]]:
    trail = [(_("Questions"), list_of(request))]
    if question is not None:
        name = _("Question %(number)d") % {"number": question.pk}
        trail.append((name, page_of(request, question)))
    return trail


def _say_saved(request: HttpRequest, before: Question, version: QuestionVersion) -> None:
    if version.number == before.newest:
        messages.success(request, _("Saved. What it says is as before, so no version was made."))
    else:
        said = _("Saved as version %(number)d. Attempts keep what they saw.")
        messages.success(request, said % {"number": version.number})


def _go_on(request: HttpRequest, question: Question) -> HttpResponse:
    return HttpResponseRedirect(next_of(request) or page_of(request, question))
