"""What tests have committed is gone after them, even while others still write."""

import threading
import time
from contextlib import suppress

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from accounts.tests.factories import UserFactory
from accounts.tests.races import is_somebody_held_up
from tests.engines import forget_what_was_committed

PATIENCE = 60

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_that_is_still_under_way_does_not_stop_the_cleaning():
    user = UserFactory()
    is_held = threading.Event()

    def write_late() -> None:
        with suppress(OperationalError), transaction.atomic():  # the database may end either
            User.objects.select_for_update().get(pk=user.pk)
            is_held.set()
            wait_until_somebody_waits_for_a_row()
            User.objects.filter(pk=user.pk).update(name="Late Writer")
        connection.close()

    writer = threading.Thread(target=write_late)
    writer.start()
    assert is_held.wait(PATIENCE)
    forget_what_was_committed()
    writer.join(PATIENCE)
    assert not User.objects.exists()


def wait_until_somebody_waits_for_a_row() -> None:
    """The cleaning has its locks of tables then, and only misses the row that is held here."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if is_somebody_held_up():
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
