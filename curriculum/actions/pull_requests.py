"""Pull requests, as GitHub last told of them, and what a merge does to what was handed in.

News come in any order. What is older than what is known changes nothing; GitHub's moments are
whole seconds, so that of two news of one second the one that is further along counts, and what was
asked for later than that second counts more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from core.events.actions import record
from core.live.hints import send_hint
from curriculum.actions.github_connections import TOPIC
from curriculum.actions.reviews import approve_by_merge
from curriculum.events import PullRequestChanged
from curriculum.github.facts import ChecksFacts, PullRequestFacts
from curriculum.hints import tell_reviewers, tell_student
from curriculum.models import (
    DeliverableKind,
    Enrollment,
    PullRequest,
    PullRequestState,
    Repository,
    Revision,
    Submission,
    SubmissionStatus,
)

FURTHER = {PullRequestState.OPEN: 0, PullRequestState.CLOSED: 1, PullRequestState.MERGED: 2}


@dataclass(frozen=True)
class Change:
    pull_request: PullRequest
    is_news: bool
    has_new_head: bool


@transaction.atomic
def note_pull_request(repository: Repository, facts: PullRequestFacts, *, at: datetime) -> Change:
    _hold_work(repository)
    row, is_new = PullRequest.objects.select_for_update(no_key=True).get_or_create(
        repository=repository, number=facts.number, defaults=_values(facts)
    )
    head_before = "" if is_new else row.head_sha
    is_news = is_new or _take_over(row, facts)
    if is_news:
        _link_revisions(row, repository)
        _tell(row, repository, at=at)
    settle_merge(row, at=at)
    return Change(row, is_news, has_new_head=is_news and row.head_sha != head_before)


@transaction.atomic
def note_checks(repository: Repository, facts: ChecksFacts, *, at: datetime) -> bool | None:
    """Whether that is news to the pull requests of this commit; None where there is none."""
    rows = repository.pull_requests.select_for_update(no_key=True).filter(head_sha=facts.sha)
    found = list(rows.order_by("pk"))
    changed = [row for row in found if _take_over_checks(row, facts)]
    for row in changed:
        _tell(row, repository, at=at)
    return bool(changed) if found else None


@transaction.atomic
def note_review_state(pull_request: PullRequest, state: str, *, at: datetime) -> bool:
    other = PullRequest.objects.filter(pk=pull_request.pk).exclude(review_state=state)
    if not other.update(review_state=state):
        return False
    pull_request.review_state = state
    _tell(pull_request, pull_request.repository, at=at)
    return True


@transaction.atomic
def settle_merge(pull_request: PullRequest, *, at: datetime) -> int:
    """Approve what was handed in with a merged pull request, where its deliverable says so."""
    if pull_request.state != PullRequestState.MERGED:
        return 0
    waiting = Submission.objects.filter(
        status=SubmissionStatus.PENDING,
        deliverable__approves_on_merge=True,
        revisions__pull_request=pull_request,
    )
    approved = [
        approve_by_merge(submission, pull_request=pull_request, at=at)
        for submission in waiting.select_related("deliverable__project").distinct().order_by("pk")
    ]
    return sum(each is not None for each in approved)


def settle_revision(submission: Submission, revision: Revision, *, at: datetime) -> None:
    """For whoever hands in, and holds the enrollment: what came to be known of the pull request
    meanwhile counts too, and one that was merged before approves at once."""
    if submission.deliverable.kind != DeliverableKind.PULL_REQUEST:
        return
    known = PullRequest.objects.filter(
        html_url__iexact=revision.url, repository__student=submission.student_id
    ).first()
    if known is None:
        return
    if revision.pull_request_id != known.pk:
        revision.pull_request = known
        revision.save(update_fields=["pull_request"])
    if settle_merge(known, at=at):
        submission.refresh_from_db()


def _hold_work(repository: Repository) -> None:
    """As handing in and reviewing do, so that neither misses what the other is about to write."""
    held = Enrollment.objects.filter(
        student=repository.student_id, track=repository.project.track_id
    )
    list(held.select_for_update(no_key=True).values_list("pk"))


def _values(facts: PullRequestFacts) -> dict[str, Any]:
    return {
        "github_id": facts.github_id,
        "title": facts.title,
        "html_url": facts.html_url,
        "author": facts.author,
        "state": facts.state,
        "is_draft": facts.is_draft,
        "head_sha": facts.head_sha,
        "opened_at": facts.opened_at,
        "merged_at": facts.merged_at,
        "closed_at": facts.closed_at,
        "as_of": facts.updated_at,
    }


def _take_over(row: PullRequest, facts: PullRequestFacts) -> bool:
    """Whether anything that one sees is another now."""
    if not _is_newer(row, facts):
        return False
    told = _values(facts)
    news = {name: value for name, value in told.items() if getattr(row, name) != value}
    if not news:
        return False
    for name, value in news.items():
        setattr(row, name, value)
    changed = list(news)
    if row.checks_sha != row.head_sha and row.checks:
        row.checks, row.checks_url, row.checks_as_of = "", "", None
        changed += ["checks", "checks_url", "checks_as_of"]
    row.save(update_fields=changed)
    return bool(news.keys() - {"as_of"})


def _is_newer(row: PullRequest, facts: PullRequestFacts) -> bool:
    if facts.updated_at != row.as_of:
        return facts.updated_at > row.as_of
    is_further = FURTHER[PullRequestState(facts.state)] >= FURTHER[PullRequestState(row.state)]
    return is_further or facts.is_settled


def _take_over_checks(row: PullRequest, facts: ChecksFacts) -> bool:
    is_of_same = row.checks_sha == facts.sha
    if is_of_same and row.checks_as_of is not None and facts.as_of < row.checks_as_of:
        return False
    is_news = not is_of_same or row.checks != facts.state
    row.checks, row.checks_sha, row.checks_as_of = facts.state, facts.sha, facts.as_of
    row.checks_url = f"{row.html_url}/checks" if facts.state else ""
    row.save(update_fields=["checks", "checks_sha", "checks_as_of", "checks_url"])
    return is_news


def _link_revisions(row: PullRequest, repository: Repository) -> None:
    """What was handed in before we knew the pull request by more than its address."""
    Revision.objects.filter(
        pull_request=None,
        url__iexact=row.html_url,
        submission__student=repository.student_id,
        submission__deliverable__kind=DeliverableKind.PULL_REQUEST,
    ).update(pull_request=row)


def _tell(row: PullRequest, repository: Repository, *, at: datetime) -> None:
    changed = PullRequestChanged(
        pull_request_id=row.pk,
        student_id=repository.student_id,
        project_id=repository.project_id,
        state=row.state,
        checks=row.checks,
    )
    record(changed, by=None, at=at)
    data = {"pull_request": row.pk, "project": repository.project_id}
    send_hint(user_id=repository.student_id, topic=TOPIC, data=data)
    for submission in Submission.objects.filter(revisions__pull_request=row).distinct():
        tell_reviewers(submission.pk, but=None, at=at)
        tell_student(submission, by=None)
