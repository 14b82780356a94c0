"""`/metrics`: who may read it, and what it tells."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from core.broker import broker
from core.clock import now
from core.health.heartbeat import record_heartbeat
from core.jobs.models import Job
from core.jobs.states import JobStatus
from core.metrics.requests import count_failure
from core.version import VERSION

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def scrape(client, db):
    """All samples as {(name, labels): value}."""

    def ask() -> dict[tuple[str, frozenset], float]:
        response = client.get("/metrics")
        assert response.status_code == 200, response.content
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(response.content.decode())
            for sample in family.samples
        }

    return ask


def of(samples, name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


# Who may read it.


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.2.3.4", "fd00::7", "::ffff:10.0.0.1"])
def test_the_local_network_reads_it(client, db, address):
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800::1", "", "unix:", "0.1.2.3"])
def test_nobody_else_does(client, db, address):
    response = client.get("/metrics", REMOTE_ADDR=address)

    assert response.status_code == 403
    assert b"apranova_" not in response.content


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "93.184.215.14"},
        {"X-Forwarded-For": "10.0.0.1, 93.184.215.14"},
        {"X-Forwarded-For": "93.184.215.14, 10.0.0.1"},
        {"X-Forwarded-For": "unknown"},
        {"X-Forwarded-For": ""},
        {"X-Real-IP": "93.184.215.14"},
        {"Forwarded": "for=10.0.0.1"},
    ],
)
def test_a_proxy_nearby_does_not_make_a_stranger_local(client, db, headers):
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="127.0.0.1").status_code == 403


def test_a_neighbour_behind_a_proxy_is_still_local(client, db):
    headers = {"X-Forwarded-For": "10.0.0.5", "X-Real-IP": "10.0.0.5"}

    assert client.get("/metrics", headers=headers, REMOTE_ADDR="127.0.0.1").status_code == 200


def test_with_a_token_set_the_token_decides_and_nothing_else(client, db, settings):
    settings.METRICS_TOKEN = "a-long-token"

    def status(authorization: str | None, address: str = "93.184.215.14") -> int:
        headers = {} if authorization is None else {"Authorization": authorization}
        return client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code

    assert status("Bearer a-long-token") == 200
    assert status("Bearer another") == status("a-long-token") == status("Bearer ") == 401
    assert status(None, "127.0.0.1") == 401


# What it tells.


def test_requests_are_counted_by_the_name_of_their_route(client, scrape):
    labels = {"route": "landing", "method": "GET", "status": "200"}
    before = of(scrape(), "apranova_http_requests_total", **labels) or 0

    client.get("/?secret=value")

    samples = scrape()
    assert of(samples, "apranova_http_requests_total", **labels) == before + 1
    duration = of(samples, "apranova_http_request_seconds_count", route="landing", method="GET")
    assert duration == of(samples, "apranova_http_requests_total", **labels)
    assert of(samples, "apranova_http_requests_in_flight") == 0


def test_no_path_and_no_made_up_method_becomes_a_label(client, scrape):
    before = len([key for key in scrape() if key[0] == "apranova_http_requests_total"])

    for number in range(20):
        client.get(f"/nowhere/{number}/")
        client.generic(f"BREW{number}", "/")

    counters = [key for key in scrape() if key[0] == "apranova_http_requests_total"]
    assert len(counters) <= before + 3
    assert not any("nowhere" in str(key) or "BREW" in str(key) for key in counters)


def test_probes_are_not_counted(client, scrape):
    client.get("/health/live")

    assert not any("health" in str(labels) for name, labels in scrape() if "requests" in name)


def test_failures_are_counted_by_their_class(scrape):
    before = of(scrape(), "apranova_http_failures_total", error="ZeroDivisionError") or 0

    count_failure(ZeroDivisionError("not a label"))

    assert of(scrape(), "apranova_http_failures_total", error="ZeroDivisionError") == before + 1


def make_job(status: JobStatus) -> None:
    Job.objects.create(
        kind="gone.kind",
        status=status,
        max_attempts=1,
        created_at=LONG_AGO,
        due_at=LONG_AGO,
        remind_at=LONG_AGO,
        finished_at=LONG_AGO if status == JobStatus.FAILED else None,
    )


def test_jobs_are_told_by_status_and_queue(scrape):
    for status in (JobStatus.QUEUED, JobStatus.QUEUED, JobStatus.FAILED):
        make_job(status)

    samples = scrape()

    assert of(samples, "apranova_jobs", status="queued", queue="unknown") == 2
    assert of(samples, "apranova_jobs", status="failed", queue="unknown") == 1
    assert of(samples, "apranova_jobs_oldest_seconds") > 0


def test_queues_and_workers_are_told_by_queue(scrape):
    broker().delete("mail", "apranova:heartbeats")
    broker().rpush("mail", "one", "two")
    record_heartbeat("mail", at=now() - timedelta(minutes=2))

    samples = scrape()
    broker().delete("mail")

    assert of(samples, "apranova_queue_depth", queue="mail") == 2
    assert of(samples, "apranova_queue_depth", queue="ai") == 0
    assert 120 <= of(samples, "apranova_worker_heartbeat_age_seconds", queue="mail") < 180
    assert of(samples, "apranova_worker_heartbeat_age_seconds", queue="ai") is None


def test_the_state_of_engines_outbox_and_mail_is_told(scrape):
    samples = scrape()

    for engine in ("database", "broker"):
        assert of(samples, "apranova_engine_up", engine=engine) == 1
    assert of(samples, "apranova_database_connections", state="active") >= 1
    for name in ("outbox_waiting", "outbox_given_up", "outbox_oldest_seconds", "mails_waiting"):
        assert of(samples, f"apranova_{name}") == 0


def test_a_scrape_asks_as_often_whatever_there_is(scrape):
    with CaptureQueriesContext(connection) as with_nothing:
        scrape()
    for _ in range(10):
        make_job(JobStatus.QUEUED)
    with CaptureQueriesContext(connection) as with_something:
        scrape()

    assert len(with_something) == len(with_nothing)


def test_the_build_is_told(scrape):
    (labels,) = (labels for name, labels in scrape() if name == "apranova_build_info")

    assert dict(labels)["version"] == VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_every_figure_is_explained_to_operators(client, scrape, settings):
    client.get("/")
    count_failure(ZeroDivisionError("so that it is there"))
    page = (settings.BASE_DIR / "docs" / "operations.md").read_text()

    families = {
        re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name, _labels in scrape()
    }
    ours = {name for name in families if name.startswith("apranova_")}

    assert len(ours) >= 14
    assert {name for name in ours if f"`{name}" not in page} == set()
