"""Starting jobs, and finding those that nobody works on."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from core.celery import app
from core.events.models import Event
from core.jobs import actions, running
from core.jobs.actions import cancel_job, purge, reap, retry_job, start_job
from core.jobs.errors import JobIsLive, JobIsOver, JobUnderWay
from core.jobs.models import Job
from core.jobs.stats import jobs_by_status
from core.tests.races import at_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sent(monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **how: sent.append((name, how)))
    return sent


@pytest.fixture
def abandoned(start, clock):
    """A job whose worker took hold of it and was never heard of again."""
    return running._claim(start("core.count", to=1).pk, at=clock.at)


def test_a_worker_of_the_right_queue_is_told_after_the_commit(
    start, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        job = start("core.overrun")
        assert sent == []
    [how] = [how for name, how in sent if name == "core.jobs.run"]
    assert how["args"] == (str(job.pk),)
    assert (how["queue"], how["soft_time_limit"], how["time_limit"]) == ("default", 1, 31)


def test_a_job_of_an_unknown_kind_is_refused(db, clock):
    with pytest.raises(KeyError):
        start_job(kind="core.unheard_of", owner=None, payload={}, at=clock.at)


class TestOnePerSubject:
    def test_a_second_live_job_is_refused_and_the_first_one_named(self, start):
        first = start("core.count", subject="export of 7", to=1)
        with pytest.raises(JobUnderWay) as refusal:
            start("core.count", subject="export of 7", to=1)
        assert refusal.value.details == {"job": str(first.pk)}

    def test_other_subjects_other_kinds_and_ended_jobs_are_in_nobodys_way(self, start, run):
        run(start("core.count", subject="export of 7", to=1))
        start("core.count", subject="export of 7", to=1)
        start("core.count", subject="export of 8", to=1)
        start("core.refuse", subject="export of 7")
        start("core.count", to=1)
        start("core.count", to=1)
        assert Job.objects.live().count() == 5

    @pytest.mark.django_db(transaction=True)
    def test_of_two_that_start_at_once_one_is_refused(self, start):
        def begin():
            try:
                start("core.count", subject="export of 7", to=1)
            except JobUnderWay:
                return "refused"
            return "started"

        assert sorted(at_once(begin, begin)) == ["refused", "started"]

    @pytest.mark.django_db(transaction=True)
    def test_without_the_constraint_both_start(self, start):
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX job_one_live_per_subject")
        try:
            at_once(*[lambda: start("core.count", subject="export of 7", to=1)] * 2)
            assert Job.objects.live().count() == 2
        finally:
            Job.objects.all().delete()
            constraint = next(c for c in Job._meta.constraints if "subject" in c.name)
            with connection.schema_editor() as editor:
                editor.add_constraint(Job, constraint)


class TestReaping:
    def test_a_job_whose_worker_is_alive_is_left_alone(self, abandoned, clock):
        reap(at=abandoned.lease_until - timedelta(seconds=1))
        assert Job.objects.get().status == "running"

    def test_a_job_whose_worker_died_is_handed_out_at_once(self, abandoned, clock, run, sent):
        clock.at = abandoned.lease_until
        assert reap(at=clock.at) == 1
        job = Job.objects.get()
        assert (job.status, job.lease_until, len(sent)) == ("queued", None, 1)
        assert run(job).status == "succeeded"
        assert job.attempt == 2

    def test_it_fails_with_a_clear_word_once_no_attempt_is_left(self, abandoned, clock):
        Job.objects.update(max_attempts=1)
        reap(at=abandoned.lease_until)
        job = Job.objects.get()
        assert (job.status, job.error["code"]) == ("failed", "UNAVAILABLE")
        assert "start it again" in job.error["message"]
        assert Event.objects.filter(name="core.job_failed", payload__job=str(job.pk)).exists()

    def test_it_is_cancelled_when_that_was_asked_for(self, abandoned, clock):
        cancel_job(abandoned, at=clock.at)
        reap(at=abandoned.lease_until)
        assert Job.objects.get().status == "cancelled"

    def test_a_job_that_cannot_be_taken_back_does_not_stop_the_others(
        self, start, clock, monkeypatch
    ):
        poisoned, other = (
            running._claim(start("core.count", to=1).pk, at=clock.at) for _ in range(2)
        )

        def retry_or_fail(job, **how):
            if job.pk == poisoned.pk:
                raise RuntimeError("poison")
            return running.retry_or_fail(job, **how)

        monkeypatch.setattr(actions, "retry_or_fail", retry_or_fail)
        reap(at=clock.at + MINUTE)
        other.refresh_from_db()
        assert other.status == "queued"

    def test_a_job_that_no_worker_was_told_of_is_handed_out(self, start, clock, sent):
        job = start("core.count", to=1)
        assert reap(at=clock.at + MINUTE - timedelta(seconds=1)) == 0
        assert reap(at=clock.at + MINUTE) == 1
        assert [(name, how["args"]) for name, how in sent] == [("core.jobs.run", (str(job.pk),))]
        assert reap(at=clock.at + MINUTE + timedelta(seconds=1)) == 0

    def test_when_there_are_more_than_one_reaping_may_take_another_follows(
        self, start, clock, sent
    ):
        for _ in range(3):
            start("core.count", to=1)
        reap(at=clock.at + MINUTE, limit=2)
        assert [name for name, _how in sent] == ["core.jobs.run", "core.jobs.run", "core.jobs.reap"]

    @pytest.mark.parametrize("many", [1, 30])
    def test_handing_out_costs_the_same_number_of_queries_at_any_size(
        self, start, clock, sent, django_assert_num_queries, many
    ):
        for _ in range(many):
            start("core.count", to=1)
        # The abandoned; savepoint, read and lock, write, savepoint; their kinds.
        with django_assert_num_queries(6):
            assert reap(at=clock.at + MINUTE) == many


class TestTryingAgain:
    def test_a_job_that_failed_gets_its_attempts_anew(self, start, run, clock, sent):
        job = run(start("core.refuse"))
        again = retry_job(job, at=clock.at)
        assert (again.status, again.error, again.finished_at) == ("queued", None, None)
        assert (run(again).status, again.attempt) == ("failed", 2)

    def test_a_job_that_waits_runs_or_succeeded_is_left_alone(self, start, run, clock):
        job = start("core.count", to=1)
        with pytest.raises(JobIsLive):
            retry_job(job, at=clock.at)
        run(job)
        with pytest.raises(JobIsOver):
            retry_job(job, at=clock.at)

    def test_it_is_refused_while_another_one_about_the_same_is_live(self, start, run, clock):
        job = run(start("core.refuse", subject="of 7"))
        live = start("core.refuse", subject="of 7")
        with pytest.raises(JobUnderWay) as refusal:
            retry_job(job, at=clock.at)
        assert refusal.value.details == {"job": str(live.pk)}


def test_cancelling_twice_is_as_good_as_once_and_what_is_over_stays(start, run, clock):
    job = start("core.count", to=1)
    assert cancel_job(cancel_job(job, at=clock.at), at=clock.at + MINUTE).finished_at == clock.at
    with pytest.raises(JobIsOver):
        cancel_job(run(start("core.count", to=1)), at=clock.at)


def test_jobs_that_ended_long_ago_are_forgotten(start, run, clock):
    run(start("core.count", to=1))
    live = start("core.count", to=1)
    assert purge(at=clock.at + timedelta(days=30), keep_days=30) == 0
    assert purge(at=clock.at + timedelta(days=31), keep_days=30) == 1
    assert list(Job.objects.all()) == [live]


def test_a_job_goes_with_its_owner(start, student):
    start("core.count", to=1)
    with transaction.atomic():
        student.delete()
    assert not Job.objects.exists()


def test_jobs_are_counted_by_state(start, run):
    run(start("core.count", to=1))
    start("core.count", to=1)
    assert jobs_by_status() == {
        "queued": 1,
        "running": 0,
        "succeeded": 1,
        "failed": 0,
        "cancelled": 0,
    }
