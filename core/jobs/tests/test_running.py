"""What becomes of a job."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from core.events.models import Event
from core.jobs import announcing, running
from core.jobs.actions import cancel_job
from core.jobs.errors import JobCancelled, JobSuperseded
from core.jobs.kinds import job_kind
from core.jobs.models import Job
from core.jobs.querysets import JobQuerySet
from core.jobs.running import JobRun, run_job
from core.trace import current_request_id, tracing

MINUTE = timedelta(minutes=1)


@pytest.fixture
def work(monkeypatch):
    """Let the work of `core.count` be something else for a while."""

    def replaced(function):
        kind = running.job_kinds["core.count"]
        changed = type(kind)(**{**vars(kind), "work": function})
        monkeypatch.setitem(running.job_kinds._entries, "core.count", changed)

    return replaced


def failures() -> list[dict[str, str]]:
    return list(Event.objects.filter(name="core.job_failed").values_list("payload", flat=True))


def test_a_job_that_succeeds_shows_its_result(start, run, clock):
    job = run(start("core.count", to=4))
    assert (job.status, job.progress, job.message) == ("succeeded", 100, "4 of 4")
    assert job.result == {"counted": 4}
    assert (job.started_at, job.finished_at) == (clock.at, clock.at)
    assert job.error is None


def test_progress_is_seen_while_the_job_runs(start, run, work):
    seen = []

    def look(job_run: JobRun) -> None:
        for percent in (-5, 30, 200):
            job_run.progress(percent, f"at {percent}")
            job = Job.objects.get(pk=job_run.job_id)
            seen.append((job.status, job.progress, job.message))

    work(look)
    run(start("core.count"))
    assert seen == [
        ("running", 0, "at -5"),
        ("running", 30, "at 30"),
        ("running", 100, "at 200"),
    ]


def test_a_job_that_reports_every_row_writes_once_for_each_percent(
    start, run, work, django_assert_max_num_queries
):
    def count(job_run: JobRun) -> None:
        for row in range(5_000):
            job_run.progress(row * 100 // 5_000, f"row {row}")

    work(count)
    job = start("core.count")
    with django_assert_max_num_queries(130):
        run(job)


def test_a_refusal_fails_at_once_and_tells_the_person_why(start, run):
    job = run(start("core.refuse"))
    assert (job.status, job.attempt) == ("failed", 1)
    assert job.error == {"code": "TOO_MANY_ROWS", "message": "At most 5 rows, please."}
    assert failures() == []


def test_a_fault_of_ours_is_tried_again_later_and_then_told(start, run, clock):
    job = run(start("core.stumble"))
    assert (job.status, job.error, job.finished_at) == ("queued", None, None)
    assert clock.at < job.due_at <= clock.at + timedelta(seconds=10)
    clock.at += timedelta(seconds=1)
    assert run(job).attempt == 1
    clock.at = job.due_at
    assert (run(job).status, job.attempt) == ("failed", 2)
    assert job.error["code"] == "SERVER_ERROR"
    assert "stone" not in job.error["message"]
    assert failures() == [{"job": str(job.pk), "kind": "core.stumble", "code": "SERVER_ERROR"}]


def test_a_job_that_takes_too_long_fails_and_says_so(start, run):
    job = run(start("core.dawdle"))
    assert (job.status, job.attempt) == ("failed", 1)
    assert job.error["code"] == "TIME_LIMIT"
    assert "longer" in job.error["message"]


def test_a_result_that_cannot_be_stored_is_a_fault_like_any_other(start, run):
    assert run(start("core.give_nonsense")).error["code"] == "SERVER_ERROR"


def test_a_kind_that_this_process_does_not_know_is_tried_again_later(start, run):
    job = start("core.count", to=1)
    Job.objects.filter(pk=job.pk).update(kind="core.of_tomorrow")
    assert (run(job).status, job.attempt) == ("queued", 1)


def test_a_job_runs_once_however_often_workers_are_told(start, run, work):
    calls = []
    work(lambda job_run: calls.append(job_run.attempt))
    job = start("core.count")
    for _ in range(3):
        run(job)
    assert calls == [1]


@pytest.mark.parametrize(("chosen", "spoken"), [("hi", "hi"), ("", "en"), ("tlh", "en")])
def test_a_job_speaks_the_language_of_its_owner(start, run, work, student, chosen, spoken):
    type(student).objects.filter(pk=student.pk).update(locale=chosen)
    work(lambda _run: {"language": translation.get_language()})
    assert run(start("core.count")).result == {"language": spoken}


def test_what_a_job_does_belongs_to_the_request_that_started_it(start, run, work):
    seen = []
    work(lambda _run: seen.append(current_request_id()))
    with tracing("request-7"):
        job = start("core.count")
    run(job)
    assert seen == ["request-7"]


def test_open_pages_of_the_owner_are_told_of_each_step(start, run, monkeypatch, student):
    hints = []
    monkeypatch.setattr(announcing, "send_hint", lambda **hint: hints.append(hint))
    job = start("core.count", to=2)
    run(job)
    assert {(hint["user_id"], hint["topic"], hint["data"]["id"]) for hint in hints} == {
        (student.pk, "jobs", str(job.pk))
    }
    assert [(hint["data"]["status"], hint["data"]["progress"]) for hint in hints] == [
        ("queued", 0),
        ("running", 0),
        ("running", 50),
        ("running", 100),
        ("succeeded", 100),
    ]
    hints.clear()
    run(start("core.count", to=2, owner=None))
    assert hints == []


class TestCancelling:
    def test_a_job_that_waits_never_starts(self, start, run, clock):
        job = cancel_job(start("core.count", to=1), at=clock.at)
        assert (job.status, job.finished_at) == ("cancelled", clock.at)
        assert (run(job).status, job.attempt) == ("cancelled", 0)

    def test_a_job_that_runs_stops_at_its_next_step(self, start, run, work, clock):
        steps = []

        def three_steps(job_run: JobRun) -> None:
            for step in (1, 2, 3):
                job_run.progress(step)
                steps.append(step)
                if step == 2:
                    cancel_job(Job.objects.get(pk=job_run.job_id), at=clock.at)

        work(three_steps)
        assert run(start("core.count")).status == "cancelled"
        assert steps == [1, 2]

    def test_a_job_that_stumbles_after_that_is_not_tried_again(self, start, run, work, clock):
        def stumble(job_run: JobRun) -> None:
            cancel_job(Job.objects.get(pk=job_run.job_id), at=clock.at)
            raise RuntimeError

        work(stumble)
        assert run(start("core.count")).status == "cancelled"

    def test_a_job_that_never_asks_succeeds_all_the_same(self, start, run, work, clock):
        work(lambda job_run: cancel_job(Job.objects.get(pk=job_run.job_id), at=clock.at) and None)
        assert run(start("core.count")).status == "succeeded"


class TestTheFence:
    """A run that was taken for dead comes back to life while another one works."""

    @pytest.fixture
    def superseded(self, start, clock):
        job = start("core.count", to=1)
        old = running._claim(job.pk, at=clock.at)
        Job.objects.filter(pk=job.pk).update(status="queued", lease_until=None)
        new = running._claim(job.pk, at=clock.at)
        return old, new

    def test_its_progress_is_ignored_and_it_is_told_to_stop(self, superseded):
        old, new = superseded
        with pytest.raises(JobSuperseded):
            JobRun(old, MINUTE).progress(50, "from the old run")
        new.refresh_from_db()
        assert (new.progress, new.message) == (0, "")

    def test_its_result_is_ignored(self, superseded, clock):
        old, new = superseded
        assert not running.end_run(old, "succeeded", at=clock.at, result={"by": "old"})
        assert running.end_run(new, "succeeded", at=clock.at, result={"by": "new"})
        assert Job.objects.get().result == {"by": "new"}

    def test_its_failure_is_no_failure_of_the_job(self, superseded, clock):
        old, _new = superseded
        running.fail_by_our_fault(old, code="SERVER_ERROR", message="", at=clock.at)
        assert Job.objects.get().status == "running"
        assert failures() == []

    def test_what_it_writes_behind_the_fence_is_undone(self, superseded):
        old, new = superseded
        with pytest.raises(JobSuperseded), JobRun(old, MINUTE).fenced():
            pytest.fail("a superseded run came through")
        with JobRun(new, MINUTE).fenced():
            assert connection.in_atomic_block

    def test_without_the_attempt_in_the_comparison_the_old_run_would_win(
        self, superseded, clock, monkeypatch
    ):
        monkeypatch.setattr(
            JobQuerySet, "run", lambda rows, job_id, _attempt: rows.filter(pk=job_id)
        )
        old, _new = superseded
        assert running.end_run(old, "succeeded", at=clock.at, result={"by": "old"})

    def test_a_job_that_is_gone_ends_its_run(self, start, run, work, student):
        reached = []

        def lose_the_row(job_run: JobRun) -> None:
            Job.objects.filter(pk=job_run.job_id).delete()
            job_run.progress(10)
            reached.append("too far")

        work(lose_the_row)
        run_job(start("core.count").pk)
        assert reached == []


@pytest.mark.django_db(transaction=True)
class TestHeartbeat:
    """A long single step keeps its lease, and learns of its end, without a word from the work."""

    def test_the_lease_is_renewed_and_cancelling_is_noticed(self, start, clock, work):
        lease = timedelta(milliseconds=30)
        job = start("core.count")
        held = running._claim(job.pk, at=clock.at)
        job_run = JobRun(held, lease)
        with job_run.heartbeat():
            self.wait_for(lambda: Job.objects.get().lease_until == clock.at + lease)
            clock.at += MINUTE
            self.wait_for(lambda: Job.objects.get().lease_until == clock.at + lease)
            cancel_job(job, at=clock.at)
            with pytest.raises(JobCancelled):
                self.wait_for(job_run.check)

    def test_a_beat_that_fails_is_not_the_last(self, start, clock, monkeypatch):
        held = running._claim(start("core.count").pk, at=clock.at)
        job_run = JobRun(held, timedelta(milliseconds=30))
        beats = []

        def renew(at, **changes):
            beats.append(at)
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column")

        monkeypatch.setattr(job_run, "renew", renew)
        with job_run.heartbeat():
            self.wait_for(lambda: len(beats) > 2)

    @staticmethod
    def wait_for(condition):
        pause = threading.Event()
        for _ in range(1000):
            if condition():
                return
            pause.wait(0.01)
        pytest.fail("it never happened")


@pytest.mark.parametrize(
    "broken",
    [
        {"progress": 101},
        {"status": "sleeping"},
        {"status": "running"},
        {"status": "succeeded"},
    ],
)
def test_the_database_refuses_a_job_that_makes_no_sense(start, broken):
    job = start("core.count", to=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**broken)


def test_a_kind_on_a_queue_without_workers_is_refused():
    with pytest.raises(ValueError, match="no worker listens"):
        job_kind("core.nowhere", queue="nowhere")
