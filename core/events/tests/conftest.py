"""What the tests of events share."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction

from core.events.actions import record
from core.events.models import Event, EventDelivery
from core.events.tests.samples import BellRung, Mood

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    return NOON


@pytest.fixture
def mood() -> Iterator[type[Mood]]:
    yield Mood
    Mood.failure = None


@pytest.fixture
def ring(db: None, mood: type[Mood]) -> Callable[[], Event]:
    """Record that a bell was rung, without telling any worker."""

    def recorded() -> Event:
        with transaction.atomic():
            return record(BellRung(loudness=3), by=None, at=NOON)

    return recorded


@pytest.fixture
def delivery_to(ring: Callable[[], Event]) -> Callable[[str], EventDelivery]:
    def addressed(receiver: str) -> EventDelivery:
        return EventDelivery.objects.get(event=ring(), receiver=receiver)

    return addressed
