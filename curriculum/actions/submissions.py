"""Handing work in, and handing it in again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid
from core.events.actions import record
from core.files.models import StoredFile
from curriculum.actions.enrollment import lock_enrollment
from curriculum.actions.files import keep_files, own_files
from curriculum.actions.pull_requests import settle_revision
from curriculum.errors import AlreadySubmitted, ProjectLocked, SubmissionClosed
from curriculum.events import WorkSubmitted
from curriculum.hints import tell_reviewers
from curriculum.models import (
    Deliverable,
    DeliverableKind,
    PullRequest,
    Revision,
    Submission,
    SubmissionFile,
    SubmissionStatus,
)
from curriculum.progress import progress_on
from curriculum.work_rules import checked_url

Uploads: TypeAlias = "Sequence[tuple[str, File[Any]]]"


@dataclass(frozen=True)
class HandedIn:
    """What a student gives: an address, words, files that come along or came before."""

    url: str = ""
    note: str = ""
    uploads: Uploads = ()
    file_ids: Sequence[Any] = field(default_factory=tuple)


@transaction.atomic
def submit_work(deliverable: Deliverable, *, work: HandedIn, by: User, at: datetime) -> Submission:
    """The first revision. One submission a deliverable: a second one is told of the first."""
    url, pull_request = _checked(deliverable, work, by)
    track = deliverable.project.track
    lock_enrollment(by, track=track, at=at)
    project = progress_on(track, by).of(deliverable.project_id)
    if project is None or project.is_locked:
        raise ProjectLocked(project=deliverable.project_id)
    known = Submission.objects.filter(deliverable=deliverable, student=by).first()
    if known is not None:
        raise AlreadySubmitted(submission=known.pk)
    files = _files(work, by=by, at=at)
    submission = Submission.objects.create(
        deliverable=deliverable, student=by, created_at=at, submitted_at=at
    )
    revision = _add_revision(
        submission, work=work, url=url, pull_request=pull_request, files=files, by=by, at=at
    )
    settle_revision(submission, revision, at=at)
    return submission


@transaction.atomic
def revise_work(submission: Submission, *, work: HandedIn, by: User, at: datetime) -> Submission:
    """Another revision; those before it, and what was said of them, stay as they are."""
    deliverable = submission.deliverable
    url, pull_request = _checked(deliverable, work, by)
    lock_enrollment(by, track=deliverable.project.track, at=at)
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    if not submission.is_open:
        raise SubmissionClosed(status=submission.status)
    files = _files(work, by=by, at=at)
    submission.newest += 1
    submission.status = SubmissionStatus.PENDING
    submission.submitted_at, submission.decided_at = at, None
    submission.save(update_fields=["newest", "status", "submitted_at", "decided_at"])
    revision = _add_revision(
        submission, work=work, url=url, pull_request=pull_request, files=files, by=by, at=at
    )
    settle_revision(submission, revision, at=at)
    return submission


def _checked(
    deliverable: Deliverable, work: HandedIn, student: User
) -> tuple[str, PullRequest | None]:
    """What its kind asks for is there; raises Invalid with the field that lacks something."""
    url = checked_url(deliverable.kind, work.url)
    has_files = bool(work.uploads or work.file_ids)
    if deliverable.kind == DeliverableKind.FILE and not has_files:
        raise Invalid(None, file=[_("Choose at least one file.")])
    if deliverable.kind == DeliverableKind.TEXT and not work.note.strip():
        raise Invalid(None, note=[_("Write something first.")])
    needs_url = deliverable.kind not in {DeliverableKind.FILE, DeliverableKind.TEXT}
    if needs_url and not url:
        raise Invalid(None, url=[_("Give the address of your work.")])
    if deliverable.kind != DeliverableKind.PULL_REQUEST:
        return url, None
    known = PullRequest.objects.filter(html_url__iexact=url, repository__student=student)
    return url, known.first()


def _files(work: HandedIn, *, by: User, at: datetime) -> list[StoredFile]:
    before = own_files(work.file_ids, owner=by)
    return [*before, *keep_files(work.uploads, beside=before, owner=by, at=at)]


def _add_revision(
    submission: Submission,
    *,
    work: HandedIn,
    url: str,
    pull_request: PullRequest | None,
    files: Sequence[StoredFile],
    by: User,
    at: datetime,
) -> Revision:
    revision = Revision.objects.create(
        submission=submission,
        number=submission.newest,
        url=url,
        note=work.note.strip(),
        pull_request=pull_request,
        submitted_at=at,
    )
    SubmissionFile.objects.bulk_create(
        SubmissionFile(revision=revision, file=file, position=place)
        for place, file in enumerate(files)
    )
    submitted = WorkSubmitted(
        submission_id=submission.pk,
        revision=revision.number,
        student_id=submission.student_id,
        deliverable_id=submission.deliverable_id,
    )
    record(submitted, by=by, at=at)
    tell_reviewers(submission.pk, but=None, at=at)
    return revision
