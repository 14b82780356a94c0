"""What GitHub sends: kept as it came, applied by a worker, tried again until it is settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from core.failures import back_off, told
from core.handover import hand_over, hand_over_after_commit, patience, take_missed
from core.trace import tracing
from curriculum.actions.github_news import OfNoUse, apply_news
from curriculum.github.reading import (
    UnreadableError,
    number_in,
    read_json,
    text_in,
)
from curriculum.models import WebhookDelivery, WebhookState

APPLY = "curriculum.github.apply"
SWEEP = "curriculum.github.sweep"
TRIES = 8
FIRST_RETRY = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=30)
# Longer than the task may take (see tasks), so that nobody applies what is being applied.
LEASE = timedelta(seconds=150)
SWEEP_LIMIT = 500
BATCH = 1000
LATE_AFTER = timedelta(minutes=15)
LATE_KEY = "curriculum.github.late"
LATE_SECONDS = 300
ROWS_KEPT = timedelta(days=180)
OUTCOME_LENGTH = 300
# GitHub waits ten seconds; what it could not bring it shows, and brings again when asked.
NO_ANSWER = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '4s'"

logger = structlog.get_logger(__name__)


@transaction.atomic
def receive_delivery(
    *, delivery: UUID, event: str, data: Mapping[str, Any], body: bytes, at: datetime
) -> bool:
    """Keep it, and say whether it is new. One that was given up and is sent again gets new tries.

    Where the database is locked or slow this fails soon, so that GitHub learns of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(NO_ANSWER)
    row = WebhookDelivery(
        delivery=delivery,
        event=event,
        action=text_in(data, "action", 64, is_needed=False),
        repository_id=_repository_in(data),
        body=body,
        received_at=at,
        due_at=at,
        remind_at=at + patience(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        _take_up_again(delivery, at=at)
        return False
    hand_over_after_commit(APPLY, row.pk)
    return True


def apply_delivery(pk: int, *, at: datetime) -> None:
    delivery = _claim(pk, at=at)
    if delivery is None:
        return
    with tracing("", delivery=str(delivery.delivery), github_event=delivery.event):
        try:
            outcome = apply_news(
                event=delivery.event,
                data=read_json(bytes(delivery.body)),
                repository_id=delivery.repository_id,
                at=at,
            )
        except (OfNoUse, UnreadableError) as reason:
            _settle(delivery, WebhookState.IGNORED, str(reason), at=at)
        except Exception as error:  # noqa: BLE001  (whatever it was, it must come to an end)
            _try_again(delivery, error, at=at)
        else:
            _settle(delivery, WebhookState.APPLIED, outcome, at=at)


def apply_again(delivery: WebhookDelivery, *, at: datetime) -> None:
    """For staff: whatever became of it, it is applied once more."""
    with transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(**_anew(at))
        hand_over_after_commit(APPLY, delivery.pk)


def hand_out_missed(*, at: datetime) -> int:
    """Tell workers of deliveries that nobody took up, that are due again, or whose worker died."""
    _note_lateness(at)
    missed = take_missed(WebhookDelivery.objects.waiting(), at=at, limit=SWEEP_LIMIT)
    for pk in missed:
        hand_over(APPLY, pk)
    if len(missed) == SWEEP_LIMIT:
        hand_over(SWEEP)
    return len(missed)


def purge_deliveries(*, at: datetime) -> None:
    """Erase bodies that nobody needs any more, and forget deliveries of long ago."""
    over = WebhookDelivery.objects.exclude(state=WebhookState.RECEIVED)
    old = over.filter(received_at__lt=at - timedelta(days=settings.GITHUB_WEBHOOK_DAYS))
    readable = old.exclude(body=b"")
    while keys := list(readable.values_list("pk", flat=True)[:BATCH]):
        WebhookDelivery.objects.filter(pk__in=keys).update(body=b"")
    forgotten = over.filter(received_at__lt=at - ROWS_KEPT)
    while keys := list(forgotten.values_list("pk", flat=True)[:BATCH]):
        WebhookDelivery.objects.filter(pk__in=keys).delete()


def _note_lateness(at: datetime) -> None:
    """For the health check, which asks no database."""
    late = WebhookDelivery.objects.waiting().filter(received_at__lt=at - LATE_AFTER)
    if late.exists():
        cache.set(LATE_KEY, 1, LATE_SECONDS)
    else:
        cache.delete(LATE_KEY)


def _repository_in(data: Mapping[str, Any]) -> int | None:
    try:
        return number_in(data.get("repository"), "id")
    except UnreadableError:
        return None


def _take_up_again(delivery: UUID, *, at: datetime) -> None:
    given_up = WebhookDelivery.objects.filter(delivery=delivery, state=WebhookState.FAILED)
    if given_up.update(**_anew(at)):
        pk = WebhookDelivery.objects.values_list("pk", flat=True).get(delivery=delivery)
        hand_over_after_commit(APPLY, pk)


def _anew(at: datetime) -> dict[str, Any]:
    return {
        "state": WebhookState.RECEIVED,
        "tries": 0,
        "outcome": "",
        "ended_at": None,
        "due_at": at,
        "remind_at": at + patience(),
    }


def _claim(pk: int, *, at: datetime) -> WebhookDelivery | None:
    with transaction.atomic():
        due = WebhookDelivery.objects.due(at).filter(pk=pk)
        delivery = due.select_for_update(skip_locked=True, of=("self",)).first()
        if delivery is None:
            return None
        if delivery.tries >= TRIES:
            # Each try ended with its worker.
            _settle(delivery, WebhookState.FAILED, "too many tries", at=at)
            return None
        delivery.tries += 1
        delivery.put_off(at + LEASE)
        delivery.save(update_fields=["tries", "due_at", "remind_at"])
    return delivery


def _try_again(delivery: WebhookDelivery, error: Exception, *, at: datetime) -> None:
    if delivery.tries >= TRIES:
        logger.error("a webhook was given up", exc_info=error)
        _settle(delivery, WebhookState.FAILED, told(error), at=at)
        return
    logger.warning("a webhook is applied again later", exc_info=error)
    moment = at + back_off(delivery.tries, first=FIRST_RETRY, longest=LONGEST_WAIT, key=delivery.pk)
    _move(delivery, due_at=moment, remind_at=moment, outcome=told(error)[:OUTCOME_LENGTH])


def _settle(delivery: WebhookDelivery, state: WebhookState, outcome: str, *, at: datetime) -> None:
    _move(delivery, state=state, outcome=outcome[:OUTCOME_LENGTH], ended_at=at)


def _move(delivery: WebhookDelivery, **changes: object) -> bool:
    """Compare and set: False when somebody else has taken it over."""
    mine = WebhookDelivery.objects.waiting().filter(pk=delivery.pk, tries=delivery.tries)
    return bool(mine.update(**changes))
