"""Each receiver hears of each event once, whatever happens to the others."""

import threading
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from core.events import tasks
from core.events.actions import deliver
from core.events.models import Event, EventDelivery
from core.events.querysets import EventDeliveryQuerySet
from core.events.receiving import receivers
from core.events.tests.samples import ECHO, NEIGHBOUR, BellRung
from core.trace import tracing

HOUR = timedelta(hours=1)


def echoes(event: Event) -> list[str]:
    heard = Event.objects.filter(name="core.echo_heard", payload__of=str(event.pk))
    return sorted(heard.values_list("payload__heard_by", flat=True))


def test_every_receiver_is_called_once_however_often_workers_are_told(ring, at):
    event = ring()
    keys = list(event.deliveries.values_list("pk", flat=True))
    tasks.deliver(keys)
    tasks.deliver(keys + keys)
    assert echoes(event) == ["echo", "neighbour"]
    assert not EventDelivery.objects.waiting().exists()


def test_a_receiver_learns_what_happened_and_the_envelope(ring, at, monkeypatch):
    heard = []
    monkeypatch.setitem(receivers._entries, ECHO, lambda *told: heard.append(told))
    event = ring()
    deliver(event.deliveries.get(receiver=ECHO).pk, at=at)
    [(told, envelope)] = heard
    assert told == BellRung(loudness=3)
    assert (envelope.id, envelope.name, envelope.at) == (event.pk, "core.bell_rung", at)


def test_a_receiver_that_fails_leaves_nothing_behind_and_harms_no_other(ring, at, mood):
    mood.failure = RuntimeError("token=abcdefgh12345678 is bad")
    event = ring()
    tasks.deliver(list(event.deliveries.values_list("pk", flat=True)))
    assert echoes(event) == ["neighbour"]
    failed = event.deliveries.get(receiver=ECHO)
    assert failed.is_waiting
    assert "RuntimeError" in failed.last_error
    assert "abcdefgh" not in failed.last_error


def test_a_delivery_that_failed_waits_longer_each_time_and_then_goes_through(delivery_to, at, mood):
    mood.failure = RuntimeError()
    delivery = delivery_to(ECHO)
    waits = []
    for _ in range(4):
        deliver(delivery.pk, at=at)
        delivery.refresh_from_db()
        assert not deliver(delivery.pk, at=delivery.due_at - timedelta(seconds=1))
        waits.append(delivery.due_at - at)
        at = delivery.due_at
    assert waits == sorted(waits)
    assert waits[3] > 3 * waits[0]
    mood.failure = None
    assert deliver(delivery.pk, at=at)
    delivery.refresh_from_db()
    assert (delivery.delivered_at, delivery.tries, delivery.last_error) == (at, 5, "")


def test_a_delivery_is_given_up_after_its_tries_and_stays_visible(delivery_to, at, mood, settings):
    settings.EVENT_TRIES = 3
    mood.failure = RuntimeError("never")
    delivery = delivery_to(ECHO)
    for day in range(5):
        deliver(delivery.pk, at=at + timedelta(days=day))
    delivery.refresh_from_db()
    assert delivery.tries == 3
    assert delivery.given_up_at == at + timedelta(days=2)
    assert "never" in delivery.last_error


def test_a_delivery_that_kills_its_workers_is_given_up_too(delivery_to, at, settings, monkeypatch):
    settings.EVENT_TRIES = 2
    monkeypatch.setattr("core.events.actions._call_receiver", _die)
    delivery = delivery_to(ECHO)
    for hour in range(2):
        with pytest.raises(SystemExit):
            deliver(delivery.pk, at=at + hour * HOUR)
    assert not deliver(delivery.pk, at=at + 2 * HOUR)
    delivery.refresh_from_db()
    assert delivery.given_up_at == at + 2 * HOUR


def _die(*_, **__):
    raise SystemExit


def test_a_receiver_that_is_not_there_counts_as_a_failure(delivery_to, at):
    delivery = delivery_to(ECHO)
    EventDelivery.objects.filter(pk=delivery.pk).update(receiver="core.removed.receiver")
    assert not deliver(delivery.pk, at=at)
    delivery.refresh_from_db()
    assert delivery.is_waiting
    assert "core.removed.receiver" in delivery.last_error


def test_time_that_runs_out_costs_one_try_and_ends_the_task(ring, at, mood):
    mood.failure = SoftTimeLimitExceeded()
    event = ring()
    in_order = [event.deliveries.get(receiver=each).pk for each in (ECHO, NEIGHBOUR)]
    with pytest.raises(SoftTimeLimitExceeded):
        tasks.deliver(in_order)
    assert [event.deliveries.get(pk=key).tries for key in in_order] == [1, 0]
    assert echoes(event) == []


def test_what_a_receiver_records_belongs_to_the_request_that_started_it(ring, at):
    with tracing("request-7"):
        event = ring()
    deliver(event.deliveries.get(receiver=ECHO).pk, at=at)
    assert Event.objects.get(name="core.echo_heard").request_id == "request-7"


def test_the_event_of_a_delivery_costs_a_fixed_number_of_queries(
    delivery_to, at, django_assert_num_queries
):
    delivery = delivery_to(NEIGHBOUR)
    # Claim (4 with its savepoint), lock, the receiver's own insert, mark (4 with its savepoint).
    with django_assert_num_queries(9):
        assert deliver(delivery.pk, at=at)


@pytest.mark.django_db(transaction=True)
class TestTwoWorkersWithOneDelivery:
    """The first one is so slow that its delivery is taken for abandoned and given to another."""

    def calls(self, delivery, at, monkeypatch) -> int:
        is_inside, may_leave = threading.Event(), threading.Event()
        calls = []

        def slow(event, envelope):
            calls.append(envelope.id)
            is_inside.set()
            assert may_leave.wait(60)

        def quick(event, envelope):
            calls.append(envelope.id)

        monkeypatch.setitem(receivers._entries, ECHO, slow)
        first = threading.Thread(target=_deliver_in_thread, args=(delivery.pk, at))
        first.start()
        assert is_inside.wait(60)
        monkeypatch.setitem(receivers._entries, ECHO, quick)
        deliver(delivery.pk, at=at + HOUR)
        may_leave.set()
        first.join()
        return len(calls)

    def test_without_the_lock_both_call_the_receiver(self, delivery_to, at, monkeypatch):
        monkeypatch.setattr(EventDeliveryQuerySet, "locked_or_skipped", lambda rows: rows)
        assert self.calls(delivery_to(ECHO), at, monkeypatch) == 2

    def test_the_second_one_leaves_it_alone(self, delivery_to, at, monkeypatch):
        assert self.calls(delivery_to(ECHO), at, monkeypatch) == 1
        assert EventDelivery.objects.get(receiver=ECHO).delivered_at == at


def _deliver_in_thread(key, at):
    try:
        deliver(key, at=at)
    finally:
        connection.close()
