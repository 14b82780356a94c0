"""Reviewing: the queue, and one submission after the other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entrance import user_in
from core.callers import caller_of
from core.clock import now
from core.errors import Invalid
from core.keys import is_key
from core.pages import errors_on
from core.policies import demand, requires
from curriculum.actions.comments import delete_phrase, save_phrase, write_comment
from curriculum.actions.reviews import (
    claim_submission,
    end_visit,
    note_visit,
    release_submission,
    reopen_submission,
    review_submission,
)
from curriculum.errors import RevisionOutdated, RevisionReviewed, TakenByAnother
from curriculum.forms import CommentForm
from curriculum.models import Decision, SavedPhrase, Submission, SubmissionStatus
from curriculum.pages.review_page import (
    REVIEW,
    Conflict,
    kept_form,
    presence_of,
    review_page,
    visible_submission,
)
from curriculum.review_forms import ReopenForm, ReviewForm, filters_of
from curriculum.review_queue import QueueState, ReviewQueue

SEE_QUEUE = "curriculum.view_queue"


@require_GET
@requires(SEE_QUEUE)
def review_queue(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    filters, form = filters_of(request.GET, user)
    queue = ReviewQueue(user, filters, at=now())
    page = queue.page(request.GET.get("page", "1"))
    address = reverse("review_queue")
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "facts": queue.facts,
        "query": filters.query(),
        "all_of_state": f"{address}?{filters.query(track='', project='', whose='', q='')}",
        "first": queue.first(page) if filters.state == QueueState.WAITING else None,
        "tabs": [
            {
                "label": state.label,
                "href": f"{address}?{replace(filters, state=state.value).query()}".rstrip("?"),
                "is_current": filters.state == state.value,
                "count": queue.facts.count_of(state.value),
            }
            for state in QueueState
        ],
    }
    return render(request, "curriculum/review/queue.html", context)


@require_http_methods(["GET", "POST"])
@requires(SEE_QUEUE)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    submission = visible_submission(request, pk)
    if request.method == "GET":
        return review_page(request, pk)
    user, at = user_in(request), now()
    demand(user, REVIEW, submission)
    form = ReviewForm(request.POST, deliverable=submission.deliverable)
    if not form.is_valid():
        return review_page(request, pk, form=form)
    given = form.cleaned_data
    with errors_on(form):
        try:
            review_submission(
                submission,
                decision=Decision(given["decision"]),
                feedback=given["feedback"],
                points=form.given_points,
                revision=given["revision"],
                by=user,
                at=at,
            )
        except (RevisionReviewed, RevisionOutdated) as refusal:
            return _too_late(request, pk, form, is_outdated=isinstance(refusal, RevisionOutdated))
    if form.errors:
        return review_page(request, pk, form=form)
    end_visit(submission, by=user, at=at)
    return _go_on(request, submission, stays=given["stays"], decision=given["decision"])


@require_POST
@requires(REVIEW)
def presence(request: HttpRequest, pk: int) -> HttpResponse:
    """What an open page asks for again and again: its visit lasts on, and so does its claim."""
    submission, user, at = _reviewed(request, pk), user_in(request), now()
    if submission.claimed_by_id == user.pk:
        with suppress(TakenByAnother):
            claim_submission(submission, by=user, at=at)
    others = note_visit(submission, by=user, at=at)
    submission = visible_submission(request, pk)
    shown = request.POST.get("shown", "")
    context = {
        "submission": submission,
        "query": filters_of(request.GET, user)[0].query(),
        "presence": presence_of(
            submission,
            others,
            by=user,
            at=at,
            revision=int(shown) if is_key(shown) else submission.newest,
            was_open=request.POST.get("was") == SubmissionStatus.PENDING,
        ),
    }
    return render(request, "curriculum/review/presence.html", context)


@require_POST
@requires(REVIEW)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    submission, user, at = _reviewed(request, pk), user_in(request), now()
    release_submission(submission, by=user, at=at)
    end_visit(submission, by=user, at=at)
    messages.success(request, _("It is back in the pool."))
    return redirect(_address("review_queue", request))


@require_POST
@requires(REVIEW)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    submission, form = _reviewed(request, pk), ReopenForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            reopen_submission(
                submission,
                reason=form.cleaned_data["reason"],
                by=user_in(request),
                caller=caller_of(request),
                at=now(),
            )
    if form.errors:
        return review_page(request, pk, reopen_form=form)
    messages.success(request, _("Open again. The student can hand in a new revision."))
    return redirect(_address("review", request, pk))


@require_POST
@requires("curriculum.comment")
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Without scripts it comes along with the review, of which nothing typed is lost."""
    submission = visible_submission(request, pk)
    demand(request.user, "curriculum.comment", submission)
    form = CommentForm(request.POST)
    kept = kept_form(request, submission) if "revision" in request.POST else None
    if form.is_valid():
        with errors_on(form):
            said = write_comment(
                submission, body=form.cleaned_data["body"], by=user_in(request), at=now()
            )
            if kept is not None:
                return review_page(request, pk, form=kept)
            return redirect(f"{_address('review', request, pk)}#{said.anchor}")
    return review_page(request, pk, form=kept, comment_form=form)


@require_POST
@requires("curriculum.use_phrases")
def phrases(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one in, keep the present text as one, or drop one; what was typed stays as it is."""
    submission, user = _reviewed(request, pk), user_in(request)
    own = SavedPhrase.objects.filter(owner=user)
    feedback = request.POST.get("feedback", "")
    trouble = ""
    if "insert" in request.POST:
        phrase = _own_phrase(request, "insert")
        feedback = f"{feedback.rstrip()}\n\n{phrase.text}".lstrip()
    elif "drop" in request.POST:
        delete_phrase(_own_phrase(request, "drop"))
    else:
        try:
            save_phrase(user, label=request.POST.get("label", "").strip(), text=feedback, at=now())
        except Invalid as refusal:
            trouble = next(iter(refusal.details.values()))[0]
    form = kept_form(request, submission, feedback=feedback)
    return review_page(
        request,
        pk,
        form=form,
        phrases=own.all(),
        phrase_trouble=trouble,
        phrase_label=request.POST.get("label", "") if trouble else "",
        are_phrases_open="insert" not in request.POST,
    )


def _reviewed(request: HttpRequest, pk: int) -> Submission:
    submission = visible_submission(request, pk)
    demand(request.user, REVIEW, submission)
    return submission


def _own_phrase(request: HttpRequest, name: str) -> SavedPhrase:
    wanted = request.POST[name]
    key = int(wanted) if is_key(wanted) else 0
    return get_object_or_404(SavedPhrase, pk=key, owner=request.user)


def _too_late(
    request: HttpRequest, pk: int, form: ReviewForm, *, is_outdated: bool
) -> HttpResponse:
    """Somebody was faster, or the student was: both are shown, and nothing typed is lost."""
    submission = visible_submission(request, pk)
    return review_page(
        request,
        pk,
        form=kept_form(request, submission),
        conflict=Conflict(form, is_outdated=is_outdated),
        status=HTTPStatus.CONFLICT,
    )


def _go_on(
    request: HttpRequest, submission: Submission, *, stays: bool, decision: str
) -> HttpResponse:
    said = {
        Decision.APPROVED: _("Approved: %(work)s of %(name)s."),
        Decision.CHANGES_REQUESTED: _("Changes requested: %(work)s of %(name)s."),
        Decision.REJECTED: _("Rejected: %(work)s of %(name)s."),
    }[Decision(decision)] % {
        "work": submission.deliverable.title,
        "name": submission.student.get_full_name(),
    }
    if stays:
        messages.success(request, said)
        return redirect(_address("review", request, submission.pk))
    user = user_in(request)
    filters, _form = filters_of(request.GET, user)
    following = ReviewQueue(user, filters, at=now()).next_after(submission)
    if following is None:
        messages.success(request, f"{said} {_('That was the last one here.')}")
        return redirect(_address("review_queue", request))
    messages.success(request, said)
    return redirect(_address("review", request, following.pk))


def _address(name: str, request: HttpRequest, *args: int) -> str:
    """With the filters that one came with."""
    query = filters_of(request.GET, user_in(request))[0].query()
    return f"{reverse(name, args=args)}?{query}".rstrip("?")
