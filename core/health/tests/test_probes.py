"""What probes are answered, by HTTP, on sound engines. Engines that fail: tests/test_outages.py."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from core.broker import broker
from core.clock import now
from core.health import views
from core.health.board import Board
from core.health.heartbeat import record_heartbeat
from core.health.readiness import Readiness
from core.health.tasks import heartbeat
from core.registries import DemoPart, demo_content


@pytest.fixture(autouse=True)
def _own_board(monkeypatch):
    """Nobody else's findings, and none that are kept."""
    monkeypatch.setattr(views, "board", Board(fresh_seconds=0))
    monkeypatch.setattr(views, "readiness", Readiness())


@pytest.fixture
def workers(settings):
    """Workers on every queue were heard of just now."""
    broker().delete("apranova:heartbeats")
    for queue in settings.QUEUES:
        record_heartbeat(queue, at=now())


@pytest.fixture
def health(client, db, workers):
    def ask():
        response = client.get("/health")
        return response.status_code, response.json()

    return ask


def test_health_has_the_shape_of_the_contract(health):
    status, body = health()

    assert status == 200
    assert [*body] == ["status", "timestamp", "checks"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["timestamp"])
    assert body["status"] == "healthy"
    assert {name: check["status"] for name, check in body["checks"].items()} == {
        "database": "healthy",
        "cache": "healthy",
        "broker": "healthy",
        "worker": "healthy",
        "docker": "not_configured",
        "gemini": "not_configured",
        "storage": "healthy",
        "disk": "healthy",
    }
    assert all(check["detail"] for check in body["checks"].values())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/health/live", {"status": "alive"}),
        ("/health/ready", {"status": "ready"}),
        ("/health/db", {"status": "healthy", "database": "connected"}),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_each_probe_answers_with_and_without_a_slash(client, db, path, slash, body):
    response = client.get(path + slash)

    assert (response.status_code, response.json()) == (200, body)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/health/db"])
def test_nothing_stands_in_a_probe_s_way(client, db, settings, path):
    settings.SECURE_SSL_REDIRECT = True

    response = client.get(path, headers={"host": "10.1.2.3:8000", "cookie": "sessionid=made-up"})

    assert response.status_code == 200
    assert not response.cookies
    assert response["X-Request-ID"]


def test_live_asks_nobody(client):
    """This test has no access to the database: the answer is proof."""
    assert client.get("/health/live").json() == {"status": "alive"}


def test_a_probe_only_reads(client, db):
    assert client.post("/health").status_code == 405


def test_a_path_that_only_begins_like_a_probe_is_somebody_else_s(client, db):
    assert client.get("/healthy-habits/").status_code == 404


def test_a_queue_that_was_silent_for_too_long_is_named(health, settings):
    silence = timedelta(seconds=settings.WORKER_SILENCE_SECONDS + 1)
    record_heartbeat("mail", at=now() - silence)

    status, body = health()

    assert (status, body["status"]) == (200, "degraded")
    assert body["checks"]["worker"]["status"] == "degraded"
    assert "mail" in body["checks"]["worker"]["detail"]
    assert "imports" not in body["checks"]["worker"]["detail"]


def test_a_queue_that_nobody_ever_worked_on_is_named_too(health):
    broker().hdel("apranova:heartbeats", "imports")

    assert "imports" in health()[1]["checks"]["worker"]["detail"]


def test_the_task_that_beat_sends_is_the_sign_of_life(health):
    broker().hdel("apranova:heartbeats", "ai")

    heartbeat.run("ai")

    assert health()[1]["checks"]["worker"]["status"] == "healthy"


def test_beat_asks_every_queue_and_never_leaves_a_heap_of_questions(settings):
    asked = {
        entry["options"]["queue"]: entry
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == heartbeat.name
    }

    assert {*asked} == {*settings.QUEUES}
    for queue, entry in asked.items():
        assert entry["args"] == [queue]
        assert entry["options"]["expires"] <= entry["schedule"] < settings.WORKER_SILENCE_SECONDS


def test_a_full_disk_is_unhealthy(health, settings):
    settings.DISK_FREE_MB = 10**9

    status, body = health()

    assert (status, body["status"]) == (503, "unhealthy")
    assert body["checks"]["disk"]["status"] == "unhealthy"
    assert "MB" in body["checks"]["disk"]["detail"]


def test_a_data_dir_that_does_not_exist_yet_is_measured_where_it_will_be(health, settings):
    settings.DATA_DIR = settings.DATA_DIR / "not" / "made"

    assert health()[1]["checks"]["disk"]["status"] == "healthy"


def test_uploads_that_cannot_be_stored_degrade(health, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"

    status, body = health()

    assert (status, body["status"]) == (200, "degraded")
    assert body["checks"]["storage"] == {
        "status": "degraded",
        "detail": "Uploads cannot be stored.",
    }


def test_the_storage_check_leaves_nothing_behind(health, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    health()

    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_a_database_that_is_not_migrated_is_not_ready(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json() == {"status": "not_ready", "detail": "The database is not migrated."}


def test_once_ready_stays_ready_and_asks_no_more(client, db, django_assert_num_queries):
    assert client.get("/health/ready").status_code == 200

    with django_assert_num_queries(0):
        assert client.get("/health/ready").status_code == 200


def test_the_demo_is_ready_when_every_part_of_it_is_made(client, db, settings, monkeypatch):
    made = []
    part = DemoPart(make=lambda _at: None, is_made=lambda: bool(made))
    monkeypatch.setattr(demo_content, "_entries", {"1 people": part})

    assert client.get("/health/ready").status_code == 200

    monkeypatch.setattr(views, "readiness", Readiness())
    settings.DEMO = True
    assert client.get("/health/ready").status_code == 503
    made.append("all of it")
    assert client.get("/health/ready").status_code == 200
