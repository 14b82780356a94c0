"""One question: as students see it, its key, how it fared, what it said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entrance import user_in
from core.clock import new_seed, now
from core.policies import can, requires
from questions.actions.editing import restore_version
from questions.actions.many import mark_ready
from questions.actions.saving import delete_question, retire_question
from questions.answering import raw_answer, written
from questions.changes import changes_of
from questions.errors import InUse
from questions.flags import flags_of
from questions.kinds import BadResponse, QuestionType, kind_of
from questions.models import Choice, Question, QuestionVersion
from questions.pages.bank import EDIT, SEE, statistics_of
from questions.pages.editor import list_of, newest_of, page_of, question_for, way_back
from questions.showing import asked, reviewed
from questions.uses import uses_of

VERSIONS_ON_A_PAGE = 20
MOST_ALIKE = 5


@dataclass(frozen=True)
class ChoiceTaken:
    """`most` is how often the one was taken that was taken most often."""

    choice: Choice
    times: int
    most: int


@require_GET
@requires(SEE)
def question(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk)


@require_POST
@requires(SEE)
def try_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers it as a student would, and says what becomes of that. Nothing is kept."""
    return _page(request, pk, data=request.POST)


@require_GET
@requires(SEE)
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """All that it has said, and what differs between any two."""
    shown = question_for(request, pk, SEE)
    rows = shown.versions.select_related("made_by").order_by("-number")
    page = Paginator(rows, VERSIONS_ON_A_PAGE).get_page(request.GET.get("page"))
    before, after = _compared(request, shown)
    context = {
        "question": shown,
        "newest": newest_of(shown),
        "page": page,
        "numbers": range(shown.newest, 0, -1),
        "before": before,
        "after": after,
        "changes": changes_of(before, after) if before and after else [],
        "may_edit": can(request.user, EDIT, shown),
        "way_back": way_back(request),
        "trail": _trail(request, shown),
    }
    return render(request, "questions/question/versions.html", context)


@require_POST
@requires(EDIT)
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    shown = question_for(request, pk, EDIT)
    wanted = get_object_or_404(shown.versions.with_choices(), number=number)
    version = restore_version(shown, wanted, by=user_in(request), at=now(), seed=new_seed())
    said = _("Version %(old)d is back, as version %(new)d.")
    messages.success(request, said % {"old": number, "new": version.number})
    return HttpResponseRedirect(page_of(request, shown))


@require_POST
@requires(EDIT)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    shown = question_for(request, pk, EDIT)
    retire_question(shown, by=user_in(request), at=now())
    messages.success(request, _("It is retired: nobody is asked it any more."))
    return HttpResponseRedirect(page_of(request, shown))


@require_POST
@requires(EDIT)
def ready(request: HttpRequest, pk: int) -> HttpResponse:
    shown = question_for(request, pk, EDIT)
    mark_ready([shown], by=user_in(request), at=now())
    messages.success(request, _("It is ready to be asked."))
    return HttpResponseRedirect(page_of(request, shown))


@require_http_methods(["GET", "POST"])
@requires(EDIT)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first: what is deleted does not come back."""
    shown = question_for(request, pk, EDIT)
    if request.method == "POST":
        try:
            delete_question(shown, by=user_in(request), at=now())
        except InUse as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(page_of(request, shown))
        messages.success(request, _("The question is deleted."))
        return HttpResponseRedirect(list_of(request))
    context = {
        "question": shown,
        "version": newest_of(shown),
        "back": page_of(request, shown),
        "trail": _trail(request, shown),
    }
    return render(request, "questions/question/delete.html", context)


def _page(request: HttpRequest, pk: int, *, data: QueryDict | None = None) -> HttpResponse:
    shown = question_for(request, pk, SEE)
    version = (
        shown.versions.newest()
        .select_related("statistics", "made_by")
        .prefetch_related(Prefetch("choices", Choice.objects.select_related("count")))
        .get()
    )
    statistics = statistics_of(version)
    context = {
        "question": shown,
        "version": version,
        "statistics": statistics,
        "flags": flags_of(statistics, type_=version.type),
        "counts": _counts(version),
        "is_graded_by_hand": kind_of(version.type).is_graded_by_hand,
        **_tried(version, data),
        "key": reviewed(version),
        "uses": uses_of(user_in(request), shown.pk),
        "alike": _alike(request, shown, version),
        "may_edit": can(request.user, EDIT, shown),
        "way_back": way_back(request),
        "trail": [(_("Questions"), list_of(request))],
    }
    return render(request, "questions/question/question.html", context)


def _tried(version: QuestionVersion, data: QueryDict | None) -> dict[str, Any]:
    """The question to be answered; of an answer, what it got."""
    if data is None:
        return {"asked": asked(version)}
    kind, material = kind_of(version.type), version.material
    try:
        raw = raw_answer(material, data, question=version.question_id)
        response = kind.parse(material, raw)
    except BadResponse as refusal:
        said = written(material, data, question=version.question_id)
        return {"asked": asked(version, response=said, error=str(refusal))}
    share = kind.grade(material, response).share
    score = None if share is None else round(version.marks * share.numerator / share.denominator, 2)
    told = reviewed(version, response=response, score=score, is_for_graders=True)
    return {"asked": asked(version, response=response), "tried": told}


def _counts(version: QuestionVersion) -> list[ChoiceTaken]:
    """How often each choice was taken, and by which part of all who answered."""
    choices = sorted(version.choices.all(), key=lambda choice: choice.position)
    if version.type == QuestionType.ORDERING:
        return []
    taken = [(each, each.count.times if hasattr(each, "count") else 0) for each in choices]
    most = max((times for _choice, times in taken), default=0)
    return [ChoiceTaken(each, times, most) for each, times in taken] if most else []


def _alike(request: HttpRequest, shown: Question, version: QuestionVersion) -> list[Any]:
    """Others with the same words: told, and left to whoever knows why there are two."""
    visible = Question.objects.visible_to(request.user).in_use().exclude(pk=shown.pk)
    others = QuestionVersion.objects.newest().alike(version.text_digest)
    return list(others.filter(question__in=visible).order_by("question")[:MOST_ALIKE])


def _compared(
    request: HttpRequest, shown: Question
) -> tuple[QuestionVersion | None, QuestionVersion | None]:
    """The two that are asked for; at first, what the newest changed."""
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    default = [shown.newest - 1, shown.newest]
    numbers = [
        int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else fallback
        for said, fallback in zip(asked, default, strict=True)
    ]
    found = {each.number: each for each in shown.versions.filter(number__in=numbers).with_choices()}
    before, after = sorted(numbers)
    return found.get(before), found.get(after) if before != after else None


def _trail(request: HttpRequest, shown: Question) -> list[tuple[str, str]]:
    name = _("Question %(number)d") % {"number": shown.pk}
    return [(_("Questions"), list_of(request)), (name, page_of(request, shown))]
