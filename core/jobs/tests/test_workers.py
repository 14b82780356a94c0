"""Real workers, really killed."""

import os
import signal
from pathlib import Path

import pytest
from django.db import connection, transaction

from core.clock import now
from core.jobs.actions import cancel_job, reap, start_job
from core.jobs.models import Job
from core.jobs.tests import samples
from core.tests.workers import Worker, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KINDS = samples.__name__


def start(kind: str, **payload: object) -> Job:
    with transaction.atomic():
        return start_job(kind=kind, owner=None, payload=payload, at=now())


def is_running(job: Job) -> bool:
    job.refresh_from_db()
    return job.status == "running" and bool(job.message)


def is_over(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_over


def is_taken_back(job: Job) -> bool:
    if job.attempt == 1:  # Nobody doubts the second worker, however slow it is.
        reap(at=now())
    return is_over(job)


def test_a_job_survives_the_death_of_its_worker():
    job = start("core.hang")
    first = Worker(include=KINDS)
    try:
        wait_until(lambda: is_running(job), what="a worker took the job")
    finally:
        first.kill()
    with worker(include=KINDS):
        wait_until(lambda: is_taken_back(job), what="another worker finished the job")
    assert (job.status, job.result) == ("succeeded", {"attempt": 2})


def test_a_job_is_cancelled_and_one_that_takes_too_long_is_ended():
    with worker(include=KINDS):
        endless = start("core.follow")
        wait_until(lambda: is_running(endless), what="a worker took the job")
        cancel_job(endless, at=now())
        wait_until(lambda: is_over(endless), what="the job was cancelled")
        assert endless.status == "cancelled"

        overlong = start("core.overrun")
        wait_until(lambda: is_over(overlong), what="the job ran out of time")
        assert (overlong.status, overlong.error["code"]) == ("failed", "TIME_LIMIT")


def test_a_worker_goes_on_with_one_connection_and_gets_over_its_loss():
    # A worker of the test before may still be on its way out.
    before = others()

    def count() -> set[int]:
        job = start("core.count", to=1)
        wait_until(lambda: is_over(job), what="the job ended")
        assert job.status == "succeeded"
        return others() - before

    with worker(include=KINDS):
        [first] = count()
        assert count() == {first}
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 60000)", [first])
        [second] = count()
        assert second != first


def test_a_worker_whose_beat_was_killed_ends_with_a_fault(tmp_path):
    with worker(include=KINDS, schedule=tmp_path / "beat") as running:
        await_first_job()
        for child in children_of(running):  # Those that run tasks are started anew, and it is not.
            os.kill(child, signal.SIGKILL)
        wait_until(lambda: running.ended_with is not None, what="the worker ended")
    assert running.ended_with == os.EX_SOFTWARE


def test_a_worker_that_is_stopped_ends_well_with_its_beat(tmp_path):
    with worker(include=KINDS, schedule=tmp_path / "beat") as running:
        await_first_job()
        os.killpg(running.pid, signal.SIGTERM)
        wait_until(lambda: running.ended_with is not None, what="the worker ended")
    assert running.ended_with == 0


def await_first_job() -> None:
    job = start("core.count", to=1)
    wait_until(lambda: is_over(job), what="the job ended")


def children_of(running: Worker) -> list[int]:
    """Beat, and a process for tasks."""
    said = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text()
    children = [int(child) for child in said.split()]
    assert len(children) == 2
    return children


def others() -> set[int]:
    """The connections to our database besides our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return {row[0] for row in cursor.fetchall()}
