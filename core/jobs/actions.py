"""Starting jobs, ending them before their time, and finding those that nobody works on."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext

from core.handover import hand_over, patience, take_missed
from core.jobs.announcing import announce
from core.jobs.errors import JobIsLive, JobIsOver, JobUnderWay
from core.jobs.kinds import job_kinds, tell_unfinished
from core.jobs.models import Job
from core.jobs.running import retry_or_fail
from core.jobs.states import JobStatus
from core.languages import language_of
from core.trace import current_request_id

logger = logging.getLogger(__name__)

RUN = "core.jobs.run"
REAP = "core.jobs.reap"
REAP_LIMIT = 500
PURGE_BATCH = 1000


def start_job(
    *,
    kind: str,
    owner: AbstractBaseUser | None,
    payload: dict[str, Any],
    at: datetime,
    subject: str = "",
) -> Job:
    """Queue a job of a registered kind in the caller's transaction; a worker is told after it.

    With a `subject`, there is one live job of this kind about it: a second one is refused with
    `JobUnderWay`, whose details name the first.
    """
    job = Job(
        kind=kind,
        owner_id=owner.pk if owner else None,
        subject=subject,
        payload=payload,
        max_attempts=job_kinds[kind].attempts,
        request_id=current_request_id(),
        created_at=at,
        due_at=at,
        remind_at=at + patience(),
    )
    _insert(job)
    _tell_worker(job)
    announce(job)
    return job


@transaction.atomic
def cancel_job(job: Job, *, at: datetime) -> Job:
    """End a job that waits, and ask one that runs to stop. Cancelling twice is as good as once."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.status == JobStatus.CANCELLED or job.cancel_requested_at:
        return job
    if job.is_over:
        raise JobIsOver
    job.cancel_requested_at = at
    if job.status == JobStatus.QUEUED:
        job.status, job.finished_at = JobStatus.CANCELLED, at
    job.save(update_fields=["cancel_requested_at", "status", "finished_at"])
    if job.is_over:
        tell_unfinished(job)
    announce(job)
    return job


@transaction.atomic
def retry_job(job: Job, *, at: datetime) -> Job:
    """Give a job that failed or was cancelled its attempts anew."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.status not in {JobStatus.FAILED, JobStatus.CANCELLED}:
        raise JobIsLive if not job.is_over else JobIsOver
    job.status = JobStatus.QUEUED
    kind = job_kinds.get(job.kind)
    # Attempts go on counting: they are the fence against a run that is still about.
    job.max_attempts = job.attempt + (kind.attempts if kind else 1)
    job.progress, job.message, job.error = 0, "", None
    job.cancel_requested_at = job.finished_at = None
    job.due_at, job.remind_at = at, at + patience()
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:
        raise _under_way(job) from None
    _tell_worker(job)
    announce(job)
    return job


def reap(*, at: datetime, limit: int = REAP_LIMIT) -> int:
    """Take jobs back from workers that went silent, and tell workers of those that wait."""
    abandoned = Job.objects.abandoned(at).select_related("owner").order_by("lease_until")
    for job in abandoned[:limit]:
        try:
            _take_back(job, at=at)
        except Exception:
            logger.exception("A job could not be taken back", extra={"job_id": str(job.pk)})
    waiting = take_missed(Job.objects.queued(), at=at, limit=limit)
    for key, kind in Job.objects.filter(pk__in=waiting).values_list("pk", "kind"):
        _hand_over(key, kind)
    if len(waiting) == limit:
        hand_over(REAP)
    return len(waiting)


def purge(*, at: datetime, keep_days: int) -> int:
    """Forget jobs that ended long ago, with their results."""
    old = Job.objects.filter(finished_at__lt=at - timedelta(days=keep_days))
    forgotten = 0
    while keys := list(old.values_list("pk", flat=True)[:PURGE_BATCH]):
        forgotten += Job.objects.filter(pk__in=keys).delete()[0]
    return forgotten


def _insert(job: Job) -> None:
    if not job.subject:
        job.save(force_insert=True)
        return
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        raise _under_way(job) from None


def _under_way(job: Job) -> JobUnderWay:
    live = Job.objects.live().filter(kind=job.kind, subject=job.subject).first()
    return JobUnderWay(job=str(live.pk)) if live else JobUnderWay()


def _take_back(job: Job, *, at: datetime) -> None:
    with transaction.atomic():
        held = Job.objects.abandoned(at).run(job.pk, job.attempt).locked_or_skipped().first()
        if held is None:
            return
        logger.warning("A worker went silent", extra={"job_id": str(held.pk), "kind": held.kind})
        nothing = timedelta(0)
        retry_or_fail(held, code="UNAVAILABLE", message=_lost(held), wait=nothing, at=at)


def _lost(job: Job) -> str:
    with translation.override(language_of(job.owner)):
        return gettext(
            "This was interrupted on our side too often. Nothing of yours is lost: "
            "please start it again."
        )


def _tell_worker(job: Job) -> None:
    transaction.on_commit(partial(_hand_over, job.pk, job.kind))


def _hand_over(job_id: UUID, kind_name: str) -> None:
    kind = job_kinds.get(kind_name)
    hand_over(RUN, str(job_id), **(kind.send_options if kind else {}))
