"""What the chaos of events_chaos.py happens to: a change with its event, and a receiver.

Imported by the workers; as a program, it records until it is killed.
"""

import os
import signal
import sys

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection, transaction

from core.clock import now
from core.events.actions import record
from core.events.definition import event
from core.events.receiving import Envelope, on


@event("bench.change_made")
class ChangeMade:
    """A row was added, and whoever listens adds another one."""

    number: int


@on(ChangeMade, name="bench.note_change")
def note_change(event: ChangeMade, envelope: Envelope) -> None:
    """Leaves a row for each call: nothing here would hide that it was called twice."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO chaos_effects (number) VALUES (%s)", [event.number])


def make_change(*, dies_every: int) -> None:
    """Each so many changes, the process ends between its commit and the hand-over."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO chaos_changes DEFAULT VALUES RETURNING number")
            [number] = cursor.fetchone()
        if number % dies_every == 0:
            transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
        record(ChangeMade(number=number), by=None, at=now())


if __name__ == "__main__":
    while True:
        make_change(dies_every=int(sys.argv[1]))
