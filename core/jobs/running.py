"""One run of a job: taking hold of it, working, and what becomes of it.

Every write names the attempt that it belongs to, so that a run which lost its lease to another one
can no longer change anything.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error, connection, transaction
from django.utils import translation
from django.utils.translation import gettext

from core.clock import now
from core.errors import DomainError
from core.events.actions import record
from core.failures import back_off
from core.jobs.announcing import announce
from core.jobs.errors import JobCancelled, JobSuperseded
from core.jobs.events import JobFailed
from core.jobs.kinds import JobKind, job_kinds, tell_unfinished
from core.jobs.models import Job
from core.jobs.states import JobStatus
from core.languages import language_of
from core.trace import tracing

logger = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
DEFAULT_LEASE = timedelta(seconds=60)
BEATS_PER_LEASE = 3
# Between writes of one and the same percentage, for work that reports every row.
REST_SECONDS = 0.5
MESSAGE_LENGTH = 300


class JobRun:
    """What the work of a job is given: a way to tell how far it is, and to learn when to stop."""

    def __init__(self, job: Job, lease: timedelta) -> None:
        self.job_id: UUID = job.pk
        self.owner_id: int | None = job.owner_id
        self.attempt: int = job.attempt
        self._job = job
        self._lease = lease
        self._told_at = 0.0
        self._stopped_by: type[JobCancelled | JobSuperseded] | None = None

    def progress(self, percent: int, message: str = "") -> None:
        """Tell how far the work is, and raise when it should stop.

        Inside a transaction it would be seen only afterwards, so call it between them.
        """
        self.check()
        percent = max(0, min(100, int(percent)))
        job, message = self._job, str(message)[:MESSAGE_LENGTH]
        is_news = percent != job.progress
        if not is_news and time.monotonic() - self._told_at < REST_SECONDS:
            return
        job.progress, job.message = percent, message or job.message
        self.renew(now(), progress=percent, message=job.message)
        self._told_at = time.monotonic()
        self.check()
        if is_news:
            announce(job)

    def check(self) -> None:
        """Raise when cancelling was asked for or another run took over, as far as is known."""
        if self._stopped_by is not None:
            raise self._stopped_by(f"job {self.job_id}, attempt {self.attempt}")

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """A transaction that only commits while this run is the one that counts."""
        with transaction.atomic():
            mine = Job.objects.run(self.job_id, self.attempt).select_for_update()
            if mine.first() is None:
                self._stopped_by = JobSuperseded
                self.check()
            yield

    def renew(self, at: datetime, **changes: object) -> None:
        """Say that this run is alive, and learn whether it should go on."""
        mine = Job.objects.run(self.job_id, self.attempt)
        changes["lease_until"] = at + self._lease
        if mine.filter(cancel_requested_at=None).update(**changes):
            return
        self._stopped_by = JobCancelled if mine.update(**changes) else JobSuperseded

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Renew the lease from a thread, also while one long step is under way."""
        is_over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(is_over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _beat(self, is_over: threading.Event) -> None:
        interval = self._lease.total_seconds() / BEATS_PER_LEASE
        try:
            while not is_over.wait(interval):
                try:
                    self.renew(now())
                except Error:
                    logger.warning("A job's lease could not be renewed.", exc_info=True)
                    connection.close()
        finally:
            connection.close()


def run_job(job_id: UUID) -> None:
    """Run a job that waits for it; one that runs already, or is over, is left alone."""
    job = _claim(job_id, at=now())
    if job is None:
        return
    with (
        tracing(job.request_id, job_id=str(job.pk), job_kind=job.kind),
        translation.override(language_of(job.owner)),
    ):
        announce(job)
        _work(job)


def _claim(job_id: UUID, *, at: datetime) -> Job | None:
    with transaction.atomic():
        waiting = Job.objects.due(at).filter(pk=job_id).select_related("owner")
        job = waiting.locked_or_skipped().first()
        if job is None:
            return None
        kind = job_kinds.get(job.kind)
        job.status = JobStatus.RUNNING
        job.attempt += 1
        job.progress = 0
        job.started_at = job.started_at or at
        job.lease_until = at + (kind.lease if kind else DEFAULT_LEASE)
        job.save(update_fields=["status", "attempt", "progress", "started_at", "lease_until"])
    return job


def _work(job: Job) -> None:
    try:
        result = _result_of(job)
    except JobSuperseded:
        logger.warning("A run was superseded; what it made is ignored.")
    except JobCancelled:
        end_run(job, JobStatus.CANCELLED, at=now())
    except DomainError as refusal:
        error = {"code": refusal.code, "message": str(refusal.message)}
        end_run(job, JobStatus.FAILED, at=now(), error=error)
    except SoftTimeLimitExceeded:
        logger.exception("A job took longer than it may.")
        fail_by_our_fault(job, code="TIME_LIMIT", message=_too_slow(), at=now())
    except Exception:
        logger.exception("A job failed.")
        wait = back_off(job.attempt, first=FIRST_RETRY, longest=LONGEST_WAIT, key=job.pk)
        retry_or_fail(job, code="SERVER_ERROR", message=_our_fault(), wait=wait, at=now())
    else:
        end_run(job, JobStatus.SUCCEEDED, at=now(), result=result, progress=100)


def _result_of(job: Job) -> dict[str, Any]:
    kind: JobKind | None = job_kinds.get(job.kind)
    if kind is None:
        raise LookupError(f"no kind of job is called {job.kind!r} in this process")
    run = JobRun(job, kind.lease)
    with run.heartbeat():
        result: Mapping[str, Any] | None = kind.work(run, **job.payload)
    # Encoded here, so that what cannot be stored is a fault of the work like any other.
    plain: dict[str, Any] = json.loads(json.dumps(dict(result or {}), cls=DjangoJSONEncoder))
    return plain


def retry_or_fail(job: Job, *, code: str, message: str, wait: timedelta, at: datetime) -> None:
    """After a fault of ours: once more while attempts are left, unless nobody wants it any more."""
    mine = Job.objects.run(job.pk, job.attempt)
    if mine.filter(cancel_requested_at__isnull=False).exists():
        end_run(job, JobStatus.CANCELLED, at=at)
        return
    if not job.may_try_again:
        fail_by_our_fault(job, code=code, message=message, at=at)
        return
    job.put_off(at + wait)
    changes = {"due_at": job.due_at, "remind_at": job.remind_at}
    _move(job, JobStatus.QUEUED, lease_until=None, **changes)


def fail_by_our_fault(job: Job, *, code: str, message: str, at: datetime) -> None:
    with transaction.atomic():
        error = {"code": code, "message": message}
        if end_run(job, JobStatus.FAILED, at=at, error=error):
            record(JobFailed(job=job.pk, kind=job.kind, code=code), by=None, at=at)


def end_run(job: Job, status: JobStatus, *, at: datetime, **changes: object) -> bool:
    with transaction.atomic():
        is_mine = _move(job, status, lease_until=None, finished_at=at, **changes)
        if is_mine and status != JobStatus.SUCCEEDED:
            tell_unfinished(job)
    return is_mine


def _move(job: Job, status: JobStatus, **changes: object) -> bool:
    """Compare and set: False when this attempt is not the one that runs."""
    if not Job.objects.run(job.pk, job.attempt).update(status=status, **changes):
        logger.warning("A run was superseded; what it made is ignored.")
        return False
    for field, value in {"status": status, **changes}.items():
        setattr(job, field, value)
    announce(job)
    return True


def _our_fault() -> str:
    return gettext(
        "Something went wrong on our side. Please try again in a while; "
        "if it happens again, tell us about it."
    )


def _too_slow() -> str:
    return gettext("This took longer than it may. Please try again, with less at once if you can.")
