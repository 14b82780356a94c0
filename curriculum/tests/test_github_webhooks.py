"""The door for GitHub's webhooks: what gets in, once, and what does not."""

import hashlib
import json
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, connections, transaction
from django.test import Client

from core import handover
from core.clock import now
from curriculum.actions import webhooks
from curriculum.actions.webhooks import apply_delivery, hand_out_missed, purge_deliveries
from curriculum.models import WebhookDelivery
from curriculum.tests.github_world import (
    OLD_SECRET,
    SECRET,
    WEBHOOKS,
    deliver,
    only_delivery,
    signature_of,
)

pytestmark = pytest.mark.django_db

NEWS = {"action": "created", "repository": {"id": 1296269}}


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.GITHUB_WEBHOOK_SECRET = (SECRET, OLD_SECRET)


@pytest.fixture
def told(monkeypatch):
    """The deliveries that a worker was told of."""
    found = []
    monkeypatch.setattr(webhooks, "hand_over", lambda task, pk: found.append((task, pk)))
    monkeypatch.setattr(
        webhooks,
        "hand_over_after_commit",
        lambda task, pk: transaction.on_commit(lambda: found.append((task, pk))),
    )
    return found


def test_what_is_signed_is_kept_as_it_came_and_answered_at_once(
    told, django_capture_on_commit_callbacks
):
    number = str(uuid4())
    with django_capture_on_commit_callbacks(execute=True):
        answer = deliver("star", NEWS, delivery=number)
    assert (answer.status_code, answer.json()) == (202, {"status": "ok"})
    row = only_delivery()
    assert (str(row.delivery), row.event, row.action) == (number, "star", "created")
    assert (row.repository_id, row.state) == (1296269, "received")
    assert json.loads(bytes(row.body)) == NEWS
    assert told == [(webhooks.APPLY, row.pk)]


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha256=" + "é" * 64,
        "sha1=" + "0" * 40,
        "sha256=" + hashlib.sha256(json.dumps(NEWS).encode()).hexdigest(),
    ],
)
def test_what_is_not_signed_is_refused(signature):
    answer = deliver("star", NEWS, **{"X-Hub-Signature-256": signature})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_SIGNATURE")
    assert not WebhookDelivery.objects.exists()


def test_the_signature_is_of_the_very_bytes():
    """Not of what they say: another order or space is another body."""
    spaced = json.dumps(NEWS, indent=2).encode()
    assert deliver("star", spaced).status_code == 202
    of_the_same = signature_of(json.dumps(NEWS).encode())
    assert deliver("star", spaced, **{"X-Hub-Signature-256": of_the_same}).status_code == 401


def test_every_secret_of_the_list_is_accepted_and_a_removed_one_is_not(settings):
    assert deliver("star", NEWS, secret=SECRET).status_code == 202
    assert deliver("star", NEWS, secret=OLD_SECRET).status_code == 202
    settings.GITHUB_WEBHOOK_SECRET = (SECRET,)
    assert deliver("star", NEWS, secret=OLD_SECRET).status_code == 401


def test_without_a_secret_nothing_is_taken(settings):
    settings.GITHUB_WEBHOOK_SECRET = ()
    answer = deliver("star", NEWS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert deliver("star", NEWS, secret="").status_code == 503


def test_one_that_comes_again_is_kept_once():
    number = str(uuid4())
    assert deliver("star", NEWS, delivery=number).status_code == 202
    again = deliver("star", NEWS, delivery=number)
    assert (again.status_code, again.json()) == (200, {"status": "ok"})
    assert WebhookDelivery.objects.count() == 1


def test_a_body_of_25_mb_is_taken_and_one_byte_more_is_not():
    room = 25 * 1024 * 1024
    start, end = b'{"repository":{"id":1},"pad":"', b'"}'
    whole = start + b"x" * (room - len(start) - len(end)) + end
    assert len(whole) == room
    assert deliver("star", whole).status_code == 202
    answer = deliver("star", whole[:-2] + b"x" + end)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert WebhookDelivery.objects.count() == 1


def test_nothing_is_read_of_what_bears_no_signature_or_is_too_long(monkeypatch):
    read = []
    monkeypatch.setattr(WSGIRequest, "read", lambda *_: read.append(1) or b"")
    assert deliver("star", NEWS, **{"X-Hub-Signature-256": None}).status_code == 401
    long = {"Content-Length": str(25 * 1024 * 1024 + 1)}
    assert deliver("star", NEWS, **long).status_code == 413
    assert read == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=%7B%7D",
        b"[1, 2]",
        b'"text"',
        b"null",
        b'{"action": ',
        b"\xff\xfe\x00",
        b'{"a":' + b"[" * 100_000,
        b'{"n": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_object_is_refused(body):
    assert deliver("star", body).status_code == 400
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"repository": None, "action": None},
        {"repository": [], "action": {"a": 1}},
        {"repository": {"id": "12"}},
        {"repository": {"id": -1}, "action": "x" * 500},
        {"repository": {"id": 2**70}},
        {"repository": {"id": True}},
        {"repository": {"id": 5}, "action": "a\x00b\ud800"},
    ],
)
@pytest.mark.parametrize("event", ["star", "push", "pull_request", "check_suite", "repository"])
def test_an_object_that_makes_no_sense_is_taken_and_comes_to_nothing(event, payload):
    assert deliver(event, payload).status_code == 202
    apply_delivery(only_delivery().pk, at=now())
    assert only_delivery().state == "ignored"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-GitHub-Event": None},
        {"X-GitHub-Event": ""},
        {"X-GitHub-Event": "Push!"},
        {"X-GitHub-Event": "x" * 65},
        {"X-GitHub-Delivery": None},
        {"X-GitHub-Delivery": "not-a-uuid"},
    ],
)
def test_headers_that_lack_are_told(headers):
    answer = deliver("push", NEWS, **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert not WebhookDelivery.objects.exists()


def test_nobody_else_calls_there():
    assert Client().get(WEBHOOKS).status_code == 405
    assert Client().post(WEBHOOKS, {}).status_code == 401


def test_no_session_and_no_csrf_token_are_needed(django_assert_num_queries):
    browser = Client(enforce_csrf_checks=True)
    assert deliver("star", NEWS, client=browser).status_code == 202
    assert browser.cookies == {}
    assert not Session.objects.exists()
    with django_assert_num_queries(6):
        # Savepoints and their ends, two time limits, one row.
        deliver("star", NEWS, client=browser)


def test_deliveries_have_room_of_their_own(settings):
    settings.THROTTLES = settings.THROTTLES | {
        "webhooks": {"account": "1/hour", "address": "1/hour"}
    }
    settings.THROTTLE_FACTOR = 1
    assert deliver("star", NEWS).status_code == 202
    assert deliver("star", NEWS).status_code == 429


def test_a_worker_that_was_not_told_is_told_later(told):
    deliver("star", NEWS)
    told.clear()
    assert hand_out_missed(at=now()) == 0
    assert hand_out_missed(at=now() + timedelta(minutes=5)) == 1
    assert told == [(webhooks.APPLY, only_delivery().pk)]


def test_a_fault_of_ours_is_tried_again_and_given_up_in_the_end(monkeypatch, told):
    monkeypatch.setattr(webhooks, "apply_news", fail)
    number = str(uuid4())
    deliver("star", NEWS, delivery=number)
    at = now()
    for _try in range(webhooks.TRIES):
        row = only_delivery()
        assert row.state == "received"
        at = max(at, row.due_at)
        apply_delivery(row.pk, at=at)
    row = only_delivery()
    assert (row.state, row.tries) == ("failed", webhooks.TRIES)
    assert "KeyError" in row.outcome
    assert deliver("star", NEWS, delivery=number).status_code == 200
    monkeypatch.undo()
    apply_delivery(row.pk, at=now())
    assert only_delivery().state == "ignored"


def test_a_worker_that_died_is_replaced_after_a_while(monkeypatch):
    monkeypatch.setattr(webhooks, "_settle", lambda *_args, **_how: None)
    deliver("star", NEWS)
    row = only_delivery()
    apply_delivery(row.pk, at=now())
    monkeypatch.undo()
    apply_delivery(row.pk, at=now())
    assert only_delivery().state == "received"
    apply_delivery(row.pk, at=now() + webhooks.LEASE)
    assert only_delivery().state == "ignored"


def test_one_that_kills_its_workers_comes_to_an_end():
    deliver("star", NEWS)
    WebhookDelivery.objects.update(tries=webhooks.TRIES)
    apply_delivery(only_delivery().pk, at=now())
    assert only_delivery().state == "failed"


def test_bodies_are_erased_and_rows_forgotten_in_time():
    deliver("star", NEWS)
    deliver("star", NEWS)
    first, second = WebhookDelivery.objects.order_by("pk")
    apply_delivery(first.pk, at=now())
    purge_deliveries(at=now() + timedelta(days=29))
    assert bytes(WebhookDelivery.objects.get(pk=first.pk).body)
    purge_deliveries(at=now() + timedelta(days=31))
    first.refresh_from_db()
    second.refresh_from_db()
    assert bytes(first.body) == b""
    assert bytes(second.body), "what still waits is needed"
    purge_deliveries(at=now() + timedelta(days=200))
    assert [row.pk for row in WebhookDelivery.objects.all()] == [second.pk]


def fail(**_about):
    raise KeyError("a fault of ours")


@pytest.mark.django_db(transaction=True)
def test_of_one_that_comes_twice_at_the_same_moment_one_is_new():
    number = str(uuid4())
    both = threading.Barrier(2, timeout=60)
    answers = []

    def go():
        both.wait()
        answers.append(deliver("star", NEWS, delivery=number).status_code)
        connections.close_all()

    threads = [threading.Thread(target=go) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [200, 202]
    assert WebhookDelivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_applies(monkeypatch):
    applied = []
    both = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(webhooks, "apply_news", lambda **_about: applied.append(1) or "done")
    deliver("star", NEWS)
    pk, at = only_delivery().pk, now()

    def go():
        both.wait()
        apply_delivery(pk, at=at)
        connections.close_all()

    threads = [threading.Thread(target=go) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert applied == [1]


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_locked_github_is_told_soon_to_come_again():
    locked, is_over = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE curriculum_webhookdelivery IN ACCESS EXCLUSIVE MODE")
            locked.set()
            is_over.wait(60)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(60)
    try:
        started = time.monotonic()
        answer = deliver("star", NEWS)
        took = time.monotonic() - started
    finally:
        is_over.set()
        holder.join(60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert answer["Retry-After"]
    assert took < 30
    assert deliver("star", NEWS).status_code == 202


def test_without_the_broker_it_is_taken_all_the_same(
    monkeypatch, django_capture_on_commit_callbacks
):
    def away(*_args, **_how):
        raise OSError("no broker")

    monkeypatch.setattr(handover, "_broker", handover._Broker())
    monkeypatch.setattr("core.handover.app.send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        assert deliver("star", NEWS).status_code == 202
    assert only_delivery().state == "received"
