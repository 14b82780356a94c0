"""Recording events and delivering them, each receiver by itself."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from core.events.definition import from_payload, name_of, to_payload
from core.events.models import Event, EventDelivery
from core.events.querysets import EventDeliveryQuerySet
from core.events.receiving import Envelope, receiver_named, receivers_of
from core.failures import back_off, told
from core.handover import hand_over, hand_over_after_commit, patience, take_missed
from core.trace import current_request_id, tracing

if TYPE_CHECKING:
    from core.policies import Person

T = TypeVar("T")

DELIVER = "core.events.deliver"
SWEEP = "core.events.sweep"
FIRST_RETRY = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
CHUNK = 50
BATCH = 1000
SWEEP_LIMIT = 5000

logger = logging.getLogger(__name__)


class OutsideTransactionError(RuntimeError):
    """An event is part of the change that it tells of, so both need one transaction."""


def record(event: object, *, by: "Person | None", at: datetime) -> Event:
    """Write down, in the caller's transaction, that `event` happened; it is delivered after it."""
    return record_all([event], by=by, at=at)[0]


def record_all(events: Sequence[object], *, by: "Person | None", at: datetime) -> list[Event]:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransactionError("record events inside the transaction of their change")
    rows = [
        Event(
            name=name_of(type(event)),
            payload=to_payload(event),
            by_id=by.pk if by else None,
            request_id=current_request_id(),
            recorded_at=at,
        )
        for event in events
    ]
    Event.objects.bulk_create(rows, batch_size=BATCH)
    _address(rows, at=at)
    return rows


def deliver(delivery_id: int, *, at: datetime) -> bool:
    """Call one receiver with one event, unless that is done, under way or not yet due."""
    delivery = _claim(delivery_id, at=at)
    if delivery is None:
        return False
    with _tracing(delivery):
        try:
            return _call_receiver(delivery, at=at)
        except SoftTimeLimitExceeded as error:
            # The task's time is up, so whatever else it was given waits for the sweep.
            _note_failure(delivery, error, at=at)
            raise
        except Exception as error:  # noqa: BLE001 (whatever it was, the others must not suffer)
            _note_failure(delivery, error, at=at)
            return False


def hand_out_missed(*, at: datetime, limit: int = SWEEP_LIMIT) -> int:
    """Tell workers of deliveries that nobody took up: a lost message, a dead worker, a retry."""
    missed = take_missed(EventDelivery.objects.waiting(), at=at, limit=limit)
    for chunk in _chunks(missed, CHUNK):
        hand_over(DELIVER, chunk)
    if len(missed) == limit:
        hand_over(SWEEP)
    return len(missed)


@transaction.atomic
def replay(
    events: QuerySet[Event], *, at: datetime, receiver: str = "", given_up_only: bool = False
) -> int:
    """Deliver again, also to receivers that came later; says how many deliveries that makes."""
    again = EventDelivery.objects.filter(event__in=events)
    if receiver:
        again = again.filter(receiver=receiver)
    if given_up_only:
        again = again.given_up()
    else:
        _address_latecomers(events, receiver=receiver, at=at)
    hand_over_after_commit(SWEEP)
    return again.update(
        tries=0, last_error="", delivered_at=None, given_up_at=None, due_at=at, remind_at=at
    )


def purge(*, at: datetime, keep_days: int) -> int:
    """Forget old events, but none that somebody has not heard of."""
    unheard = EventDelivery.objects.filter(event=OuterRef("pk"), delivered_at=None)
    old = Event.objects.filter(recorded_at__lt=at - timedelta(days=keep_days)).filter(
        ~Exists(unheard)
    )
    forgotten = 0
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        Event.objects.filter(pk__in=keys).delete()
        forgotten += len(keys)
    return forgotten


def _address(rows: list[Event], *, at: datetime) -> None:
    deliveries = [
        EventDelivery(event=row, receiver=receiver, due_at=at, remind_at=at + patience())
        for row in rows
        for receiver in receivers_of(row.name)
    ]
    if not deliveries:
        return
    EventDelivery.objects.bulk_create(deliveries, batch_size=BATCH)
    for chunk in _chunks([delivery.pk for delivery in deliveries], CHUNK):
        hand_over_after_commit(DELIVER, chunk)


def _address_latecomers(events: QuerySet[Event], *, receiver: str, at: datetime) -> None:
    for name in events.order_by("name").values_list("name", flat=True).distinct():
        for listening in receivers_of(name):
            if receiver not in {"", listening}:
                continue
            told = EventDelivery.objects.filter(event=OuterRef("pk"), receiver=listening)
            untold = events.filter(name=name).filter(~Exists(told)).values_list("pk", flat=True)
            EventDelivery.objects.bulk_create(
                (
                    EventDelivery(event_id=key, receiver=listening, due_at=at, remind_at=at)
                    for key in untold.iterator()
                ),
                batch_size=BATCH,
                ignore_conflicts=True,
            )


def _claim(delivery_id: int, *, at: datetime) -> EventDelivery | None:
    """Count the try before it is made, so that one which kills its worker comes to an end too."""
    with transaction.atomic():
        delivery = (
            EventDelivery.objects.due(at)
            .filter(pk=delivery_id)
            .select_related("event")
            .locked_or_skipped()
            .first()
        )
        if delivery is None:
            return None
        if delivery.tries >= settings.EVENT_TRIES:
            # No failure was noted, so each of these tries ended together with its worker.
            _give_up(delivery, "Whichever worker tried this died of it.", at=at)
            return None
        delivery.tries += 1
        delivery.put_off(at + patience())
        EventDelivery.objects.filter(pk=delivery.pk).update(
            tries=delivery.tries, due_at=delivery.due_at, remind_at=delivery.remind_at
        )
    return delivery


def _tracing(delivery: EventDelivery) -> AbstractContextManager[None]:
    event = delivery.event
    return tracing(
        event.request_id,
        event_id=str(event.pk),
        event_name=event.name,
        receiver=delivery.receiver,
    )


def _call_receiver(delivery: EventDelivery, *, at: datetime) -> bool:
    event = delivery.event
    envelope = Envelope(
        id=event.pk,
        name=event.name,
        by_id=event.by_id,
        at=event.recorded_at,
        request_id=event.request_id,
    )
    with transaction.atomic():
        # The lock is held until the receiver's own writes are committed together with the mark.
        if not _claimed(delivery).locked_or_skipped().exists():
            return False
        receiver_named(delivery.receiver)(from_payload(event.name, event.payload), envelope)
        _claimed(delivery).update(delivered_at=at, last_error="")
    return True


def _note_failure(delivery: EventDelivery, error: Exception, *, at: datetime) -> None:
    if delivery.tries >= settings.EVENT_TRIES:
        _give_up(delivery, told(error), at=at)
        return
    logger.warning("An event will be delivered again later.", exc_info=error)
    moment = at + back_off(delivery.tries, first=FIRST_RETRY, longest=LONGEST_WAIT, key=delivery.pk)
    _claimed(delivery).update(last_error=told(error), due_at=moment, remind_at=moment)


def _give_up(delivery: EventDelivery, why: str, *, at: datetime) -> None:
    logger.error("An event was given up after %d tries: %s", delivery.tries, why)
    _claimed(delivery).update(last_error=why, given_up_at=at)


def _claimed(delivery: EventDelivery) -> EventDeliveryQuerySet:
    return EventDelivery.objects.waiting().filter(pk=delivery.pk, tries=delivery.tries)


def _chunks(items: Iterable[T], size: int) -> Iterable[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
