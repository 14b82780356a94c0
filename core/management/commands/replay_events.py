"""Deliver recorded events again: after a receiver was mended, or to one that is new."""

import argparse
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from core.clock import now
from core.events.actions import replay
from core.events.definition import events
from core.events.models import Event
from core.events.receiving import receivers


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="events of this name, such as accounts.user_registered")
        parser.add_argument("--id", type=UUID, nargs="+", help="these events")
        parser.add_argument("--since", type=_moment, help="recorded at or after, ISO 8601")
        parser.add_argument("--until", type=_moment, help="recorded before, ISO 8601")
        parser.add_argument("--receiver", default="", help="to this receiver alone, by its path")
        parser.add_argument("--given-up", action="store_true", help="only deliveries given up")
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, **options: Any) -> None:
        self._refuse_what_is_unknown(**options)
        narrowed = {
            "name": options["name"],
            "pk__in": options["id"],
            "recorded_at__gte": options["since"],
            "recorded_at__lt": options["until"],
        }
        filters = {lookup: value for lookup, value in narrowed.items() if value}
        if not filters and not options["given_up"]:
            raise CommandError("Say which: --name, --id, --since, --until or --given-up.")
        with transaction.atomic():
            count = replay(
                Event.objects.filter(**filters),
                at=now(),
                receiver=options["receiver"],
                given_up_only=options["given_up"],
            )
            transaction.set_rollback(options["dry_run"])
        would = "would be" if options["dry_run"] else "will be"
        self.stdout.write(f"{count} deliveries {would} made again.")

    def _refuse_what_is_unknown(self, *, name: str, receiver: str, **_: Any) -> None:
        if name and name not in events:
            raise CommandError(f"No event is called {name!r}.")
        if receiver and receiver not in receivers:
            raise CommandError(f"No receiver is called {receiver!r}.")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text if "T" in text or " " in text else f"{text}T00:00")
    except ValueError:
        moment = None
    if moment is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment such as 2026-11-20T10:15")
    return make_aware(moment) if is_naive(moment) else moment
