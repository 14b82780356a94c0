"""What curriculum keeps of a person: what they get a copy of, and what goes when they do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.personal_data import Document, PersonalData
from curriculum.actions.github_connections import disconnect_account
from curriculum.errors import NotConnected
from curriculum.models import (
    Cohort,
    CohortMember,
    Comment,
    Enrollment,
    Extension,
    GitHubConnection,
    PullRequest,
    Reopening,
    Repository,
    Review,
    ReviewVisit,
    Revision,
    SavedPhrase,
    StepProgress,
    Submission,
    WebhookDelivery,
)

AT_ONCE = 200


def collect(user: User) -> Iterator[Document]:
    for path, rows in _learning(user).items():
        yield Document(f"learning/{path}.json", rows)
    for path, rows in _teaching(user).items():
        yield Document(f"teaching/{path}.json", rows)
    for path, facts in _at_github(user).items():
        yield Document(f"github/{path}.json", facts.iterator())


def erase(user: User, at: datetime) -> None:
    """Work goes before its files do: those are held by it.

    What others need goes on without a name by the database's own rules: reviews, comments,
    extensions and reopenings. A webhook tells of the person behind a repository in its raw body.
    """
    repositories = Repository.objects.filter(student=user).exclude(github_id=None)
    WebhookDelivery.objects.filter(repository_id__in=repositories.values("github_id")).delete()
    Submission.objects.filter(student=user).delete()
    with suppress(NotConnected):
        disconnect_account(user, caller=None, at=at)


PERSONAL_DATA = PersonalData(
    label=_("Gathering what you learned"),
    collect=collect,
    erase=erase,
    goes=[
        _("Your tracks and cohorts, the steps that you ticked off, and the work you handed in."),
        _("Your connection to GitHub. What was made in your account there is yours and stays."),
    ],
    stays=[
        _("Reviews and comments that you wrote about the work of others, without your name."),
    ],
)


def _learning(user: User) -> dict[str, Iterator[Any]]:
    what = {"track": F("project__track__code"), "project_title": F("project__title")}
    return {
        "tracks": map(_enrollment, _enrollments(user)),
        "steps": StepProgress.objects.filter(student=user)
        .values("done_at", track=F("step__project__track__code"), title=F("step__title"))
        .iterator(),
        "work": map(_submission, _submissions(user)),
        "cohorts": CohortMember.objects.filter(student=user)
        .values("joined_at", "left_at", name=F("cohort__name"), track_code=F("track__code"))
        .iterator(),
        "extensions": Extension.objects.filter(student=user)
        .values("due_on", "reason", "given_at", **what)
        .iterator(),
        "comments": Comment.objects.filter(author=user)
        .values("submission", "body", "created_at", "edited_at")
        .iterator(),
    }


def _teaching(user: User) -> dict[str, Iterator[Any]]:
    reviews = (
        Review.objects.filter(reviewer=user)
        .select_related("revision__submission__deliverable")
        .prefetch_related("rubric_points")
    )
    return {
        "reviews": map(_review_written, reviews.iterator(chunk_size=AT_ONCE)),
        "reopenings": Reopening.objects.filter(by=user)
        .values("submission", "reason", "at")
        .iterator(),
        "extensions": Extension.objects.filter(given_by=user)
        .values("due_on", "reason", "given_at", project_title=F("project__title"))
        .iterator(),
        "cohorts": Cohort.objects.filter(trainers=user)
        .values("name", "starts_on", "closed_at", track_code=F("track__code"))
        .iterator(),
        "phrases": SavedPhrase.objects.filter(owner=user)
        .values("label", "text", "created_at")
        .iterator(),
        "visits": ReviewVisit.objects.filter(reviewer=user)
        .values("submission", "opened_at", "seen_at")
        .iterator(),
    }


def _at_github(user: User) -> dict[str, Any]:
    """Never the token: whoever has it acts there as them."""
    return {
        "connection": GitHubConnection.objects.filter(user=user).values(
            "github_id", "login", "scopes", "connected_at", "refused_at"
        ),
        "repositories": Repository.objects.filter(student=user).values(
            *("state", "full_name", "html_url", "is_private", "problem"),
            *("created_at", "pushed_at"),
            title=F("project__title"),
        ),
        "pull_requests": PullRequest.objects.filter(repository__student=user).values(
            *("repository__full_name", "number", "title", "html_url", "author", "state"),
            *("review_state", "checks", "opened_at", "merged_at", "closed_at"),
        ),
    }


def _enrollments(user: User) -> Iterator[Enrollment]:
    enrolled = Enrollment.objects.filter(student=user).select_related("track")
    return enrolled.prefetch_related("grants").iterator(chunk_size=AT_ONCE)


def _enrollment(enrollment: Enrollment) -> dict[str, Any]:
    return {
        "track": enrollment.track.code,
        "enrolled_at": enrollment.enrolled_at,
        "access": [
            {
                "why": grant.source,
                "reference": grant.reference,
                "from": grant.starts_at,
                "until": grant.ends_at,
                "ended": grant.ended_at,
            }
            for grant in enrollment.grants.all()
        ],
    }


def _submissions(user: User) -> Iterator[Submission]:
    own = Submission.objects.filter(student=user).with_everything()
    return own.prefetch_related("comments__author", "reopenings").iterator(chunk_size=AT_ONCE)


def _submission(submission: Submission) -> dict[str, Any]:
    return {
        "id": submission.pk,
        "track": submission.deliverable.project.track.code,
        "project": submission.deliverable.project.title,
        "title": submission.deliverable.title,
        "status": submission.status,
        "created_at": submission.created_at,
        "submitted_at": submission.submitted_at,
        "revisions": [_revision(each) for each in submission.revisions.all()],
        "comments": [
            {"by": _called(each.author), "body": each.body, "created_at": each.created_at}
            for each in submission.comments.all()
        ],
        "reopened": [
            {"reason": each.reason, "at": each.at} for each in submission.reopenings.all()
        ],
    }


def _revision(revision: Revision) -> dict[str, Any]:
    review = getattr(revision, "review", None)
    return {
        "number": revision.number,
        "url": revision.url,
        "note": revision.note,
        "submitted_at": revision.submitted_at,
        "files": [{"id": each.file_id, "name": each.file.name} for each in revision.files.all()],
        "review": review and {"by": _called(review.reviewer), **_review(review)},
    }


def _review_written(review: Review) -> dict[str, Any]:
    """What they said; whose work it was is not for their copy."""
    submission = review.revision.submission
    about = {"submission": submission.pk, "title": submission.deliverable.title}
    return {**about, "revision": review.revision.number, **_review(review)}


def _review(review: Review) -> dict[str, Any]:
    return {
        "decision": review.decision,
        "feedback": review.feedback,
        "decided_at": review.decided_at,
        "rubric": [
            {
                "criterion": each.criterion,
                "points": each.points,
                "of": each.most_points,
                "comment": each.comment,
            }
            for each in review.rubric_points.all()
        ],
    }


def _called(user: User | None) -> str | None:
    return user.name if user else None
