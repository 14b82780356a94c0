"""The page on which one submission is reviewed, however one comes to it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.entrance import user_in
from accounts.models import User
from core.clock import now
from core.impersonation import impersonator_of
from core.policies import can
from curriculum.actions.reviews import claim_submission, note_visit
from curriculum.errors import TakenByAnother
from curriculum.forms import CommentForm
from curriculum.hints import review_topic
from curriculum.models import Decision, Review, Submission, SubmissionStatus
from curriculum.pages.parts import parts_of
from curriculum.progress import due_dates_of
from curriculum.review_forms import (
    GivenRow,
    ReopenForm,
    ReviewForm,
    filters_of,
    fresh_form,
)
from curriculum.review_queue import ReviewQueue

REVIEW = "curriculum.review"
REVIEW_FORM = "review-form"
DECIDED = {SubmissionStatus.APPROVED, SubmissionStatus.REJECTED}


@dataclass(frozen=True)
class Conflict:
    """Why a decision was not taken; what was typed goes on standing on the page."""

    form: ReviewForm
    is_outdated: bool = False

    @property
    def is_reviewed(self) -> bool:
        return not self.is_outdated

    @property
    def decision(self) -> str:
        return str(self.form.cleaned_data["decision"])

    @property
    def decision_label(self) -> str:
        return str(Decision(self.decision).label)

    @property
    def points(self) -> list[GivenRow]:
        return self.form.given_rows

    @property
    def as_comment(self) -> CommentForm:
        """What was written, ready to be said all the same."""
        return CommentForm(initial={"body": self.form.cleaned_data["feedback"]}, auto_id="own_%s")


@dataclass(frozen=True)
class Presence:
    """Who else has it open, in whose hands it is, and whether it moved on since the page came."""

    submission: Submission
    others: list[User]
    is_mine: bool
    is_taken: bool
    newer: int | None = None
    decided: Review | None = None


def visible_submission(request: HttpRequest, pk: int) -> Submission:
    rows = Submission.objects.visible_to(user_in(request)).with_what_for()
    found: Submission = get_object_or_404(rows, pk=pk)
    return found


def open_submission(submission: Submission, *, by: User, at: datetime) -> list[User]:
    """Take it from the pool, where it is there and free, and see who else looks at it."""
    is_in_pool = submission.student.assigned_trainer is None
    if is_in_pool and submission.status == SubmissionStatus.PENDING:
        with suppress(TakenByAnother):
            claim_submission(submission, by=by, at=at)
    return note_visit(submission, by=by, at=at)


def presence_of(
    submission: Submission,
    others: list[User],
    *,
    by: User,
    at: datetime,
    revision: int,
    was_open: bool,
) -> Presence:
    """`revision` is the one that the page shows, and `was_open` whether it could be decided on."""
    is_decided = was_open and submission.status != SubmissionStatus.PENDING
    is_taken = submission.is_claimed_from(by, at=at)
    # Whoever has it in hand is named as such.
    holder = submission.claimed_by_id if is_taken else None
    review = Review.objects.filter(
        revision__submission=submission, revision__number=submission.newest
    )
    return Presence(
        submission=submission,
        others=[each for each in others if each.pk != holder],
        is_mine=submission.claimed_by_id == by.pk
        and submission.claimed_until is not None
        and at < submission.claimed_until,
        is_taken=is_taken,
        newer=submission.newest if submission.newest > revision else None,
        decided=review.select_related("reviewer").first() if is_decided else None,
    )


def review_page(
    request: HttpRequest,
    pk: int,
    *,
    form: ReviewForm | None = None,
    conflict: Conflict | None = None,
    comment_form: CommentForm | None = None,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    """`form` is what was typed; without one, a fresh one where there is something to decide."""
    user, at = user_in(request), now()
    submission = visible_submission(request, pk)
    may_review = can(user, REVIEW, submission)
    others = open_submission(submission, by=user, at=at) if may_review else []
    whole: Submission = Submission.objects.with_everything().get(pk=pk)
    filters, _form = filters_of(request.GET, user)
    queue = ReviewQueue(user, filters, at=at)
    before, after = queue.neighbours(whole)
    is_open = may_review and whole.status == SubmissionStatus.PENDING
    context = {
        **parts_of(whole, user=user, asked=request.GET),
        "comment_form": comment_form or CommentForm(),
        "comment_beside": comment_beside(comment_form) if is_open else None,
        "may_review": may_review,
        "news_topic": review_topic(whole.pk) if may_review else "",
        "why_not": _why_not(user, whole, may_review=may_review),
        "form": (form or fresh_form(whole)) if is_open else None,
        "is_kept": form is not None,
        "conflict": conflict,
        "presence": presence_of(
            whole, others, by=user, at=at, revision=whole.newest, was_open=False
        ),
        "due": due_dates_of(whole.student, whole.deliverable.project.track).get(
            whole.deliverable.project_id
        ),
        "reopen_form": ReopenForm() if may_review and whole.status in DECIDED else None,
        "reopenings": whole.reopenings.select_related("by"),
        "phrases": user.saved_phrases.all() if is_open else [],
        "neighbours": queue.around(whole),
        "before": before,
        "after": after,
        "query": filters.query(),
        "trail": [(_("Review"), f"{reverse('review_queue')}?{filters.query()}".rstrip("?"))],
        **more,
    }
    return render(request, "curriculum/review/review.html", context, status=status)


def comment_beside(form: CommentForm | None) -> CommentForm:
    """For pages without scripts: sent with the review, so that what is typed there comes back."""
    beside = CommentForm(form.data if form else None, auto_id="beside_%s")
    beside.fields["body"].widget.attrs["form"] = REVIEW_FORM
    return beside


def kept_form(request: HttpRequest, submission: Submission, **changes: Any) -> ReviewForm:
    """What was typed as it was, not judged; about the revision that is the newest now."""
    blank = ReviewForm(deliverable=submission.deliverable)
    typed = {name: request.POST[name] for name in blank.fields if name in request.POST}
    initial = {**typed, "revision": submission.newest, **changes}
    return ReviewForm(deliverable=submission.deliverable, initial=initial)


def _why_not(user: User, submission: Submission, *, may_review: bool) -> str:
    if may_review:
        return ""
    if impersonator_of(user) is not None:
        return _("Only they themselves decide. Step out first: what you do then is yours.")
    if submission.student_id == user.pk:
        return _("This is your own work. Somebody else decides on it.")
    return _("You may see this, but not decide on it.")
