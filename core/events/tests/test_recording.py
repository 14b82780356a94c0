"""An event is part of the change that it tells of."""

import pytest
from django.db import transaction

from core.broker import queue_depths
from core.events.actions import OutsideTransactionError, record, record_all
from core.events.definition import BadEventError
from core.events.models import Event, EventDelivery
from core.events.tests.samples import ECHO, NEIGHBOUR, BellRung, EchoHeard
from core.trace import tracing


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_of_a_transaction_is_refused(at):
    with pytest.raises(OutsideTransactionError):
        record(BellRung(loudness=3), by=None, at=at)
    assert not Event.objects.exists()


def test_an_event_knows_who_when_what_and_in_which_request(student, at):
    with tracing("request-7"):
        event = record(BellRung(loudness=3), by=student, at=at)
    event.refresh_from_db()
    assert event.name == "core.bell_rung"
    assert event.payload == {"loudness": 3, "by_whom": "somebody"}
    assert (event.by_id, event.recorded_at, event.request_id) == (student.pk, at, "request-7")


def test_each_receiver_gets_a_delivery_of_its_own(ring):
    event = ring()
    assert set(event.deliveries.values_list("receiver", flat=True)) == {ECHO, NEIGHBOUR}


def test_an_event_that_nobody_listens_to_costs_one_insert_and_no_message(
    db, at, django_assert_num_queries, django_capture_on_commit_callbacks
):
    with (
        django_assert_num_queries(1),
        django_capture_on_commit_callbacks() as callbacks,
    ):
        record(EchoHeard(of="", heard_by=""), by=None, at=at)
    assert callbacks == []


@pytest.mark.parametrize("many", [1, 40])
def test_many_events_at_once_cost_two_inserts(db, at, django_assert_num_queries, many):
    with django_assert_num_queries(2):
        record_all([BellRung(loudness=n) for n in range(many)], by=None, at=at)
    assert EventDelivery.objects.count() == 2 * many


def test_workers_are_told_after_the_commit(db, at, django_capture_on_commit_callbacks):
    before = queue_depths()["default"]
    with django_capture_on_commit_callbacks() as callbacks:
        record(BellRung(loudness=3), by=None, at=at)
        assert queue_depths()["default"] == before
    for callback in callbacks:
        callback()
    assert queue_depths()["default"] == before + 1


def test_what_is_rolled_back_never_happened(db, at, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        with transaction.atomic():
            record(BellRung(loudness=3), by=None, at=at)
            transaction.set_rollback(True)
        kept = record(BellRung(loudness=4), by=None, at=at)
    assert list(Event.objects.all()) == [kept]
    assert len(callbacks) == 1


def test_an_event_that_cannot_be_stored_harms_no_row_of_the_change(db, at):
    with pytest.raises(BadEventError):
        record(BellRung(loudness="three"), by=None, at=at)
    assert record(BellRung(loudness=3), by=None, at=at).pk
