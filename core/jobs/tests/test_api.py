"""Following, ending and awaiting a job over the API."""

import threading
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.db import connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from core.broker import broker
from core.jobs import running, waiting
from core.jobs.api.answers import answer_job
from core.jobs.models import Job
from core.jobs.states import JobStatus
from core.tests.workers import wait_until


@pytest.fixture
def strangers(trainer, admin, superadmin):
    return {"trainer": trainer, "admin": admin, "superadmin": superadmin}


def test_the_owner_sees_the_job_in_the_shape_of_the_contract(start, run, api_of, student):
    job = run(start("core.count", to=2))
    assert api_of(student).get(f"/api/jobs/{job.pk}/").json() == {
        "id": str(job.pk),
        "kind": "core.count",
        "status": "succeeded",
        "progress": 100,
        "message": "2 of 2",
        "result": {"counted": 2},
        "error": None,
    }


def test_a_job_that_failed_says_why(start, run, api_of, student):
    job = run(start("core.refuse"))
    answer = api_of(student).get(f"/api/jobs/{job.pk}/").json()
    assert answer["status"] == "failed"
    assert answer["error"] == {"code": "TOO_MANY_ROWS", "message": "At most 5 rows, please."}


@pytest.mark.parametrize(
    ("role", "status"), [("trainer", 404), ("admin", 200), ("superadmin", 200)]
)
@pytest.mark.parametrize(("method", "path"), [("get", ""), ("post", "cancel/")])
def test_others_see_nothing_and_staff_see_everything(
    start, api_of, strangers, role, status, method, path
):
    job = start("core.count", to=1)
    answer = getattr(api_of(strangers[role]), method)(f"/api/jobs/{job.pk}/{path}")
    assert answer.status_code == status
    job.refresh_from_db()
    assert (job.status == "cancelled") == (status == 200 and method == "post")


def test_a_job_without_an_owner_is_for_staff(start, api_of, student, admin):
    job = start("core.count", to=1, owner=None)
    assert api_of(student).get(f"/api/jobs/{job.pk}/").status_code == 404
    assert api_of(admin).get(f"/api/jobs/{job.pk}/").status_code == 200


def test_without_signing_in_there_is_nothing_to_see(start, api):
    assert api.get(f"/api/jobs/{start('core.count', to=1).pk}/").status_code == 401


def test_a_job_that_does_not_exist_is_not_found(api_of, student):
    assert api_of(student).get(f"/api/jobs/{uuid4()}/").json()["error"]["code"] == "NOT_FOUND"


def test_the_owner_cancels_once_or_twice_but_not_after_the_end(start, run, api_of, student):
    job = start("core.count", to=1)
    caller = api_of(student)
    for _ in range(2):
        answer = caller.post(f"/api/jobs/{job.pk}/cancel/")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    over = run(start("core.count", to=1))
    answer = caller.post(f"/api/jobs/{over.pk}/cancel/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CONFLICT")


def test_polling_costs_one_query(start, api_of, student, django_assert_num_queries):
    job = start("core.count", to=1)
    caller = api_of(student)
    with django_assert_num_queries(1):
        caller.get(f"/api/jobs/{job.pk}/")


def test_inside_a_transaction_nobody_waits(start, api_of, student):
    job = start("core.count", to=1)
    answer = api_of(student).get(f"/api/jobs/{job.pk}/", headers={"Prefer": "wait=30"})
    assert answer.json()["status"] == "queued"


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(15, func_only=True)  # The database may first have to be made.
class TestWaiting:
    @pytest.fixture
    def ends_when_awaited(self, monkeypatch) -> Iterator[Callable[[Job], None]]:
        """Let a job end in another thread, once somebody listens for its end."""
        threads = []

        def end(job: Job, status: str = JobStatus.SUCCEEDED) -> None:
            held = running._claim(job.pk, at=job.due_at)

            def work() -> None:
                try:
                    channel = waiting._channel(job.pk)
                    wait_until(lambda: broker().pubsub_numsub(channel)[0][1], what="a listener")
                    running.end_run(held, status, at=job.due_at, result={"made": 7})
                finally:
                    connection.close()

            threads.append(threading.Thread(target=work))
            threads[-1].start()

        yield end
        for thread in threads:
            thread.join()

    @pytest.fixture
    def patient(self, monkeypatch) -> None:
        """Only the message wakes anybody in time, not the look at the row."""
        monkeypatch.setattr(waiting, "LOOK_SECONDS", 60.0)

    def test_the_answer_is_held_until_the_job_ends(
        self, start, api_of, student, ends_when_awaited, patient
    ):
        job = start("core.count", to=1)
        ends_when_awaited(job)
        answer = api_of(student).get(f"/api/jobs/{job.pk}/", headers={"Prefer": "wait=30"})
        assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
        assert answer["Preference-Applied"] == "wait=30"

    def test_whoever_started_it_gets_what_it_made(self, start, ends_when_awaited, patient):
        job = start("core.count", to=1)
        ends_when_awaited(job)
        answer = self.answered(job, "respond-async, wait=20")
        assert (answer.status_code, answer.data) == (201, {"made": 7})

    def test_a_job_that_fails_meanwhile_is_shown_as_it_is(self, start, ends_when_awaited, patient):
        job = start("core.count", to=1)
        ends_when_awaited(job, JobStatus.FAILED)
        answer = self.answered(job, "wait=20")
        assert (answer.status_code, answer.data["status"]) == (202, "failed")

    @pytest.mark.parametrize("prefer", ["", "wait=0", "respond-async", "wait=soon"])
    def test_whoever_does_not_ask_does_not_wait(self, start, prefer):
        answer = self.answered(start("core.count", to=1), prefer)
        assert (answer.status_code, answer.data["job"]) == (202, "queued")

    def test_nobody_waits_for_longer_than_thirty_seconds(self, start, monkeypatch):
        waited = []
        monkeypatch.setattr(
            waiting, "_wait", lambda job, _listen, *, until: waited.append(until) or job
        )
        monkeypatch.setattr(waiting, "monotonic", lambda: 0)
        answer = self.answered(start("core.count", to=1), "wait=3600")
        assert waited == [30]
        assert answer["Preference-Applied"] == "wait=30"

    def test_without_a_broker_the_row_is_looked_at(self, start, monkeypatch, clock):
        job = start("core.count", to=1)
        held = running._claim(job.pk, at=clock.at)
        monkeypatch.setattr(waiting, "broker", lambda: Redis(port=1, retry=Retry(NoBackoff(), 0)))
        monkeypatch.setattr(
            waiting,
            "sleep",
            lambda _seconds: running.end_run(held, JobStatus.SUCCEEDED, at=clock.at, result={}),
        )
        assert self.answered(job, "wait=20").status_code == 201

    def test_more_than_a_few_do_not_wait_at_the_same_time(self, start, monkeypatch):
        places = threading.BoundedSemaphore(1)
        monkeypatch.setattr(waiting, "_places", lambda: places)
        with places:
            assert self.answered(start("core.count", to=1), "wait=20").status_code == 202
        assert places.acquire(blocking=False)

    def answered(self, job: Job, prefer: str) -> Response:
        request = Request(APIRequestFactory().post("/", headers={"Prefer": prefer}))
        return answer_job(
            request,
            job,
            finished=lambda job: Response(job.result, status=201),
            accepted=(lambda job: {"job": job.status}) if not prefer.startswith("wait=2") else None,
        )
