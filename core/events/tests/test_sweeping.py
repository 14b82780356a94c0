"""What was missed is found: lost messages, dead workers, a broker that was away."""

import signal
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from core import handover
from core.broker import queue_depths
from core.celery import app
from core.clock import now
from core.events.actions import hand_out_missed, record, record_all
from core.events.models import Event, EventDelivery
from core.events.tasks import deliver
from core.events.tests.samples import ECHO, NEIGHBOUR, BellRung
from core.tests.brokers import broker_at

PATIENCE = timedelta(seconds=60)


@pytest.fixture
def told(monkeypatch) -> list[int]:
    """The deliveries that workers are told of."""
    told: list[int] = []

    def send(name: str, args: tuple[list[int], ...], **_: object) -> None:
        for keys in args:
            told.extend(keys)

    monkeypatch.setattr(app, "send_task", send)
    return told


def test_only_what_nobody_took_up_in_time_is_handed_out_again(ring, at, told):
    event = ring()
    assert hand_out_missed(at=at + PATIENCE - timedelta(seconds=1)) == 0
    assert hand_out_missed(at=at + PATIENCE) == 2
    assert sorted(told) == sorted(event.deliveries.values_list("pk", flat=True))


def test_workers_are_not_told_again_before_they_had_time(ring, at, told):
    ring()
    hand_out_missed(at=at + PATIENCE)
    assert hand_out_missed(at=at + PATIENCE + timedelta(seconds=1)) == 0
    assert hand_out_missed(at=at + 2 * PATIENCE) == 2


def test_a_long_queue_starves_nobody(db, at, told):
    with transaction.atomic():
        record_all([BellRung(loudness=n) for n in range(5)], by=None, at=at)
    for step in range(5):
        hand_out_missed(at=at + PATIENCE + timedelta(seconds=step), limit=2)
    assert sorted(told) == sorted(EventDelivery.objects.values_list("pk", flat=True))


def test_a_sweep_that_finds_more_than_it_may_take_calls_for_another(db, at, monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **_: sent.append(name))
    record_all([BellRung(loudness=n) for n in range(2)], by=None, at=at)
    hand_out_missed(at=at + PATIENCE, limit=3)
    assert sent == ["core.events.deliver", "core.events.sweep"]


def test_what_failed_is_handed_out_when_it_is_due(delivery_to, at, mood, told):
    mood.failure = RuntimeError()
    delivery = delivery_to(ECHO)
    EventDelivery.objects.filter(receiver=NEIGHBOUR).delete()
    deliver([delivery.pk])
    delivery.refresh_from_db()
    assert hand_out_missed(at=delivery.due_at - timedelta(seconds=1)) == 0
    assert hand_out_missed(at=delivery.due_at) == 1


def test_a_poisoned_delivery_stops_no_sweep(ring, at, mood, told):
    mood.failure = RuntimeError("poison")
    event = ring()
    hand_out_missed(at=at + PATIENCE)
    deliver(told)
    assert event.deliveries.get(receiver=NEIGHBOUR).delivered_at
    assert event.deliveries.get(receiver=ECHO).is_waiting


@pytest.mark.parametrize("many", [1, 200])
def test_a_sweep_costs_the_same_number_of_queries_at_any_size(
    db, at, told, django_assert_num_queries, many
):
    record_all([BellRung(loudness=n) for n in range(many)], by=None, at=at)
    # Savepoint, read and lock, write, savepoint.
    with django_assert_num_queries(4):
        assert hand_out_missed(at=at + PATIENCE) == 2 * many


DIES_AFTER_COMMIT = """
import os, signal, django
django.setup()
from django.db import transaction
from core.clock import now
from core.events.actions import record
from core.events.tests.samples import BellRung
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    record(BellRung(loudness=11), by=None, at=now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_between_commit_and_hand_over_loses_nothing(told):
    died = subprocess.run([sys.executable, "-c", DIES_AFTER_COMMIT], check=False)
    assert died.returncode == -signal.SIGKILL
    event = Event.objects.get(payload__loudness=11)
    hand_out_missed(at=now() + PATIENCE)
    deliver(told)
    assert event.deliveries.filter(delivered_at=None).count() == 0
    assert Event.objects.filter(payload__of=str(event.pk)).count() == 2


class TestWithoutABroker:
    """The request goes on at once; the sweep catches up."""

    @pytest.fixture
    def silent_server(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0)
            yield server

    def record_twenty(self, at, capture_on_commit_callbacks) -> None:
        for _ in range(20):
            with capture_on_commit_callbacks(execute=True):
                record(BellRung(loudness=3), by=None, at=at)

    def test_recording_succeeds_and_is_logged_once(
        self, db, at, caplog, django_capture_on_commit_callbacks
    ):
        with broker_at("redis://127.0.0.1:1/0"), caplog.at_level("WARNING", handover.__name__):
            self.record_twenty(at, django_capture_on_commit_callbacks)
        assert [line.levelname for line in caplog.records] == ["WARNING"]
        before = queue_depths()["default"]
        assert hand_out_missed(at=at + PATIENCE) == 40
        assert queue_depths()["default"] == before + 1

    def test_a_broker_that_says_nothing_is_waited_for_once(
        self, db, at, silent_server, django_capture_on_commit_callbacks
    ):
        host, port = silent_server.getsockname()
        with broker_at(f"redis://{host}:{port}/0"):
            self.record_twenty(at, django_capture_on_commit_callbacks)
        silent_server.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent_server.accept()
        assert Event.objects.count() == 20

    def test_it_is_tried_again_after_a_while(
        self, db, at, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(handover, "SILENCE_SECONDS", 0)
        before = queue_depths()["default"]
        with broker_at("redis://127.0.0.1:1/0"):
            self.record_twenty(at, django_capture_on_commit_callbacks)
            app.conf.broker_url = settings.CELERY_BROKER_URL
            app._after_fork()
            self.record_twenty(at, django_capture_on_commit_callbacks)
        assert queue_depths()["default"] == before + 20
