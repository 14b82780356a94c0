"""Deciding on what was handed in, and taking a decision back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record_audit
from accounts.models import User
from core.callers import Caller
from core.errors import Invalid
from core.events.actions import record
from curriculum.actions.completion import record_completion
from curriculum.errors import (
    NothingToReopen,
    RevisionOutdated,
    RevisionReviewed,
    TakenByAnother,
)
from curriculum.events import SubmissionReopened, WorkReviewed
from curriculum.hints import tell_reviewers, tell_student
from curriculum.models import (
    Decision,
    Enrollment,
    PullRequest,
    Reopening,
    Review,
    ReviewVisit,
    Revision,
    RubricPoint,
    Submission,
    SubmissionStatus,
)
from curriculum.progress import progress_on
from curriculum.querysets import VISIT_LASTS
from curriculum.rubrics import Criterion


@dataclass(frozen=True)
class Points:
    """What a reviewer gives for one criterion, by its key or by its words."""

    criterion: str
    points: int
    comment: str = ""


@transaction.atomic
def review_submission(
    submission: Submission,
    *,
    decision: Decision,
    feedback: str,
    by: User,
    at: datetime,
    revision: int | None = None,
    points: Sequence[Points] = (),
) -> Review:
    """The one decision on a revision, by default the newest; the second is told of the first."""
    given = _matched(submission.deliverable.criteria, points)
    if decision != Decision.APPROVED and not feedback.strip():
        raise Invalid(None, feedback=[_("Say what is missing, so that they can go on.")])
    submission = _lock(submission)
    _refuse_outdated(submission, revision)
    if submission.is_claimed_from(by, at=at):
        raise TakenByAnother(until=submission.claimed_until)
    return _decide(
        submission,
        decision=decision,
        feedback=feedback.strip(),
        given=given,
        by=by,
        is_by_merge=False,
        at=at,
    )


@transaction.atomic
def approve_by_merge(
    submission: Submission, *, pull_request: PullRequest, at: datetime
) -> Review | None:
    """A merged pull request approves what was handed in with it, where the deliverable says so.

    What is decided stays so: after a decision that came later than the merge, that merge says
    nothing any more.
    """
    submission = _lock(submission)
    newest = submission.revisions.filter(number=submission.newest, pull_request=pull_request)
    if submission.status != SubmissionStatus.PENDING or not newest.exists():
        return None
    later = Review.objects.filter(
        revision__submission=submission, decided_at__gte=pull_request.merged_at
    )
    if later.filter(revision__pull_request=pull_request).exists():
        return None
    return _decide(
        submission,
        decision=Decision.APPROVED,
        feedback="",
        given={},
        by=None,
        is_by_merge=True,
        at=at,
    )


@transaction.atomic
def reopen_submission(
    submission: Submission, *, reason: str, by: User, at: datetime, caller: Caller | None = None
) -> Submission:
    """What was approved or rejected by mistake: the student may hand in again."""
    if not reason.strip():
        raise Invalid(None, reason=[_("Say why: the student reads it.")])
    submission = _lock(submission)
    if submission.status not in {SubmissionStatus.APPROVED, SubmissionStatus.REJECTED}:
        raise NothingToReopen(status=submission.status)
    was = submission.status
    submission.status = SubmissionStatus.CHANGES_REQUESTED
    submission.save(update_fields=["status"])
    Reopening.objects.create(submission=submission, by=by, reason=reason.strip(), at=at)
    record_audit(
        "curriculum.submission_reopened",
        by=by,
        target=submission,
        data={"was": was},
        caller=caller,
        at=at,
    )
    reopened = SubmissionReopened(submission_id=submission.pk, student_id=submission.student_id)
    record(reopened, by=by, at=at)
    tell_reviewers(submission.pk, but=by, at=at)
    tell_student(submission, by=by)
    return submission


@transaction.atomic
def claim_submission(submission: Submission, *, by: User, at: datetime) -> Submission:
    """Take a submission in hand for a while; one's own claim is renewed."""
    submission = _lock(submission)
    if submission.is_claimed_from(by, at=at):
        raise TakenByAnother(until=submission.claimed_until)
    is_new = submission.claimed_by_id != by.pk
    submission.claimed_by = by
    submission.claimed_until = at + timedelta(minutes=settings.REVIEW_CLAIM_MINUTES)
    submission.save(update_fields=["claimed_by", "claimed_until"])
    if is_new:
        tell_reviewers(submission.pk, but=by, at=at)
    return submission


@transaction.atomic
def release_submission(submission: Submission, *, by: User, at: datetime) -> None:
    """Give it back to the pool."""
    own = Submission.objects.filter(pk=submission.pk, claimed_by=by)
    if own.update(claimed_by=None, claimed_until=None):
        tell_reviewers(submission.pk, but=by, at=at)


@transaction.atomic
def note_visit(submission: Submission, *, by: User, at: datetime) -> list[User]:
    """Say that one has it open, and see who else has; those hear at once of who comes new."""
    visits = ReviewVisit.objects.filter(submission=submission, seen_at__gt=at - VISIT_LASTS)
    if not visits.filter(reviewer=by).update(seen_at=at):
        ReviewVisit.objects.update_or_create(
            submission=submission, reviewer=by, defaults={"opened_at": at, "seen_at": at}
        )
        tell_reviewers(submission.pk, but=by, at=at)
    others = visits.exclude(reviewer=by).select_related("reviewer").order_by("opened_at")
    return [visit.reviewer for visit in others]


@transaction.atomic
def end_visit(submission: Submission, *, by: User, at: datetime) -> None:
    """Say that one has closed it."""
    if ReviewVisit.objects.filter(submission=submission, reviewer=by).delete()[0]:
        tell_reviewers(submission.pk, but=by, at=at)


def _lock(submission: Submission) -> Submission:
    """The enrollment before the submission, as handing in does: so no two wait for each other."""
    track = submission.deliverable.project.track_id
    held = Enrollment.objects.filter(student=submission.student_id, track=track)
    list(held.select_for_update(no_key=True).values_list("pk"))
    return (
        Submission.objects.select_related("student", "deliverable__project__track")
        .select_for_update(of=("self",))
        .get(pk=submission.pk)
    )


def _refuse_outdated(submission: Submission, revision: int | None) -> None:
    if revision is not None and revision != submission.newest:
        raise RevisionOutdated(newest=submission.newest, revision=revision)


def _decide(
    submission: Submission,
    *,
    decision: Decision,
    feedback: str,
    given: Mapping[Criterion, Points],
    by: User | None,
    is_by_merge: bool,
    at: datetime,
) -> Review:
    revision = Revision.objects.get(submission=submission, number=submission.newest)
    known = Review.objects.filter(revision=revision).first()
    if known is not None:
        raise RevisionReviewed(review=known.pk, decision=known.decision)
    before = progress_on(submission.deliverable.project.track, submission.student)
    review = Review.objects.create(
        revision=revision,
        reviewer=by,
        is_by_merge=is_by_merge,
        decision=decision,
        feedback=feedback,
        decided_at=at,
    )
    RubricPoint.objects.bulk_create(
        RubricPoint(
            review=review,
            key=criterion.key,
            criterion=criterion.criterion,
            points=points.points,
            most_points=criterion.points,
            comment=points.comment.strip(),
        )
        for criterion, points in given.items()
    )
    submission.status = SubmissionStatus(decision)
    submission.decided_at = at
    submission.claimed_by = submission.claimed_until = None
    submission.save(update_fields=["status", "decided_at", "claimed_by", "claimed_until"])
    if by is not None:
        record_audit(
            "curriculum.work_reviewed",
            by=by,
            target=submission,
            data={"decision": decision.value, "revision": revision.number},
            at=at,
        )
    reviewed = WorkReviewed(
        submission_id=submission.pk,
        revision=revision.number,
        student_id=submission.student_id,
        decision=decision.value,
        is_by_merge=is_by_merge,
    )
    record(reviewed, by=by, at=at)
    tell_reviewers(submission.pk, but=by, at=at)
    tell_student(submission, by=by)
    record_completion(
        submission.deliverable.project,
        student=submission.student,
        before=before,
        by=by,
        at=at,
    )
    return review


def _matched(criteria: Sequence[Criterion], points: Sequence[Points]) -> dict[Criterion, Points]:
    """Points by criterion; raises Invalid for one that there is not, twice or out of bounds."""
    by_name = {name: each for each in criteria for name in (each.key, each.criterion)}
    given: dict[Criterion, Points] = {}
    for each in points:
        criterion = by_name.get(each.criterion)
        if criterion is None or criterion in given:
            raise Invalid(None, rubric=[_("Give points once for each criterion of the rubric.")])
        if not 0 <= each.points <= criterion.points:
            raise Invalid(
                None,
                rubric=[
                    _("%(criterion)s: give 0 to %(most)d points.")
                    % {"criterion": criterion.criterion, "most": criterion.points}
                ],
            )
        given[criterion] = each
    return given
