"""What is done to many questions at once, and taken back: counted, named and never in silence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.entrance import user_in
from accounts.models import User
from core.clock import new_seed, now
from core.keys import is_key
from core.policies import can, requires
from questions.actions.in_use import used_among
from questions.actions.many import (
    MOST_AT_ONCE,
    Undo,
    delete_many,
    mark_ready,
    place_many,
    retire_many,
    set_difficulty,
    share_many,
    tag_many,
    undo_many,
)
from questions.bank_changes import (
    DELETE,
    EXPORT,
    HIDE,
    PLACE,
    READY,
    RETIRE,
    SHARE,
    TAG,
    UNTAG,
    WEIGH,
    ChangeForm,
    ticket_of,
    undo_in,
)
from questions.bank_list import filters_of, kept_query, list_address, listed
from questions.errors import AskedMeanwhile, CannotUndo
from questions.models import Difficulty, Question
from questions.pages.bank import EDIT
from questions.pages.told import Named, Told, keep, named
from questions.uses import unseen_among

NAMED_BEFORE_DELETING = 20


@require_POST
@requires(EDIT)
def selected(request: HttpRequest) -> HttpResponse:
    """Those that were ticked, or all that the filters leave, up to so many at once."""
    user = user_in(request)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        messages.warning(request, form.complaint)
        return _back(request)
    do = form.cleaned_data["do"]
    if do == EXPORT and "all" in request.POST:
        return _to_export(filters_of(_query_in(request))[0].query())
    chosen = _chosen(request, user)
    if not chosen:
        messages.warning(request, _("Select some questions first."))
        return _back(request)
    if do == EXPORT:
        return _to_export("&".join(f"id={question.pk}" for question in chosen))
    own = [question for question in chosen if can(user, EDIT, question)]
    others = sorted({question.pk for question in chosen} - {question.pk for question in own})
    notes = [_of_others(others)] if others else []
    if do == DELETE:
        return _delete(request, own, notes)
    if do in (TAG, UNTAG, WEIGH) and (unseen := unseen_among([each.pk for each in own])):
        own = [question for question in own if question.pk not in unseen]
        notes.append(_unseen(sorted(unseen)))
    undo = _change(own, do, form.cleaned_data, by=user)
    if unchanged := len(own) - len(undo.keys):
        notes.append(_unchanged(unchanged, do))
    ticket = ticket_of(undo, user=user) if undo.keys else ""
    keep(request, Told(_done(do, undo, form.cleaned_data), notes, ticket))
    return _back(request)


@require_POST
@requires(EDIT)
def undo(request: HttpRequest) -> HttpResponse:
    """By the ticket of what one has just done. What was changed since stays, and is named."""
    user = user_in(request)
    wanted = undo_in(request.POST.get("ticket", ""), user=user)
    if wanted is None:
        messages.warning(request, _("This can no longer be undone."))
        return _back(request)
    there = Question.objects.visible_to(user).filter(pk__in=wanted.keys).order_by("pk")
    own = [question for question in there if can(user, EDIT, question)]
    try:
        done = undo_many(wanted, among=own, by=user, at=now(), seed=new_seed())
    except CannotUndo as refusal:
        messages.error(request, str(refusal.message))
        return _back(request)
    said = ngettext(
        "%(n)d question is as it was before.", "%(n)d questions are as they were before.", len(done)
    )
    left = sorted(set(wanted.keys) - set(done))
    notes = []
    if left:
        changed = ngettext(
            "%(n)d was changed since, and stays as it is:",
            "%(n)d were changed since, and stay as they are:",
            len(left),
        )
        notes.append(named(left, changed % {"n": len(left)}))
    keep(request, Told(said % {"n": len(done)} if done else _("Nothing was undone."), notes))
    return _back(request)


def _change(own: Sequence[Question], do: str, given: dict[str, Any], *, by: User) -> Undo:
    how: dict[str, Any] = {"by": by, "at": now()}
    if do == TAG:
        return tag_many(own, add=given["tags"], **how, seed=new_seed())
    if do == UNTAG:
        return tag_many(own, drop=given["tags"], **how, seed=new_seed())
    if do == WEIGH:
        level = Difficulty(given["difficulty"])
        return set_difficulty(own, difficulty=level, **how, seed=new_seed())
    if do == PLACE:
        place = given["place"]
        return place_many(own, subject=place.subject, chapter=place.chapter, **how)
    if do == READY:
        return mark_ready(own, **how)
    if do == RETIRE:
        return retire_many(own, **how)
    return share_many(own, is_shared=do == SHARE, **how)


def _delete(request: HttpRequest, own: Sequence[Question], notes: list[Named]) -> HttpResponse:
    """Asks first, with the names of those that go: what is deleted does not come back."""
    used = used_among([question.pk for question in own])
    kept = [question.pk for question in own if question.pk in used]
    gone = [question for question in own if question.pk not in used]
    if kept:
        notes.insert(0, _used(kept))
    if gone and "sure" not in request.POST:
        keys = [question.pk for question in gone]
        context = {
            "count": len(gone),
            "going": named(keys, "", most=NAMED_BEFORE_DELETING),
            "notes": notes,
            "ids": ",".join(map(str, keys)),
            "back": request.POST.get("back", ""),
            "list": _list_of(request),
            "trail": [(_("Questions"), _list_of(request))],
        }
        return render(request, "questions/bank/delete.html", context)
    try:
        done = delete_many(gone, by=user_in(request), at=now())
    except AskedMeanwhile as refusal:
        messages.error(request, str(refusal.message))
        return _back(request)
    said = ngettext("%(n)d question is deleted.", "%(n)d questions are deleted.", len(done))
    keep(request, Told(said % {"n": len(done)} if done else _("Nothing was deleted."), notes))
    return _back(request)


def _chosen(request: HttpRequest, user: User) -> list[Question]:
    if "all" in request.POST:
        query = _query_in(request)
        filters, _form = filters_of(query)
        _headings, rows = listed(user, filters, query)
        keys = list(rows.values_list("question_id", flat=True)[:MOST_AT_ONCE])
    else:
        said = [*request.POST.getlist("selected"), *request.POST.get("ids", "").split(",")]
        keys = [int(key) for key in said[:MOST_AT_ONCE] if is_key(key)]
    return list(Question.objects.visible_to(user).filter(pk__in=keys).order_by("pk"))


def _query_in(request: HttpRequest) -> QueryDict:
    """The list as it was narrowed and ordered when something was chosen there."""
    return kept_query(request.POST.get("back", ""))


def _list_of(request: HttpRequest) -> str:
    return list_address(request.POST.get("back", ""))


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(_list_of(request))


def _to_export(query: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('question_export')}?{query}".rstrip("?"))


def _done(do: str, undo: Undo, given: dict[str, Any]) -> str:
    n = len(undo.keys)
    if not n:
        return _("Nothing had to be changed.")
    words = {
        TAG: ngettext(
            "%(n)d question has more tags now: %(tags)s.",
            "%(n)d questions have more tags now: %(tags)s.",
            n,
        ),
        UNTAG: ngettext(
            "%(n)d question no longer has these tags: %(tags)s.",
            "%(n)d questions no longer have these tags: %(tags)s.",
            n,
        ),
        PLACE: ngettext(
            "%(n)d question is now in %(place)s.", "%(n)d questions are now in %(place)s.", n
        ),
        WEIGH: ngettext(
            "%(n)d question is now %(level)s.", "%(n)d questions are now %(level)s.", n
        ),
        READY: ngettext(
            "%(n)d question is ready to be asked.", "%(n)d questions are ready to be asked.", n
        ),
        RETIRE: ngettext(
            "%(n)d question is retired: nobody is asked it any more.",
            "%(n)d questions are retired: nobody is asked them any more.",
            n,
        ),
        SHARE: ngettext(
            "%(n)d question is seen by all who teach.",
            "%(n)d questions are seen by all who teach.",
            n,
        ),
        HIDE: ngettext(
            "%(n)d question is private: its owner and staff see it.",
            "%(n)d questions are private: their owners and staff see them.",
            n,
        ),
    }
    level = Difficulty(given["difficulty"]).label if given["difficulty"] else ""
    return words[do] % {
        "n": n,
        "tags": ", ".join(given["tags"]),
        "place": given["place"].words,
        "level": level.lower(),
    }


def _of_others(keys: list[int]) -> Named:
    said = ngettext(
        "%(n)d is of somebody else, and stays as it is:",
        "%(n)d are of somebody else, and stay as they are:",
        len(keys),
    )
    return named(keys, said % {"n": len(keys)})


def _unseen(keys: list[int]) -> Named:
    said = ngettext(
        "%(n)d was made by AI, and nobody has looked at it yet. Edit or vet it first:",
        "%(n)d were made by AI, and nobody has looked at them yet. Edit or vet them first:",
        len(keys),
    )
    return named(keys, said % {"n": len(keys)})


def _used(keys: list[int]) -> Named:
    said = ngettext(
        "%(n)d is part of a quiz or was asked, so it can only be retired:",
        "%(n)d are part of a quiz or were asked, so they can only be retired:",
        len(keys),
    )
    return named(keys, said % {"n": len(keys)})


def _unchanged(n: int, do: str) -> Named:
    if do == TAG:
        said = ngettext(
            "%(n)d has these tags already, or has no room for more.",
            "%(n)d have these tags already, or have no room for more.",
            n,
        )
    else:
        said = ngettext("%(n)d was so already.", "%(n)d were so already.", n)
    return Named(said % {"n": n}, [])
