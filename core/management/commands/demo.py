"""Fills the platform with the demo's people and content; run again, it makes what is missing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.demo import make_demo


class Command(BaseCommand):
    help = "Make the demo's data where they are missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="also on a platform that does not run as the demo; its passwords are public",
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        if not (settings.DEMO or force):
            raise CommandError(
                "This platform does not run as the demo, and the demo's accounts have a password "
                "that everybody knows. Set DEMO=1, or add --force if that is what you want."
            )
        made = [_plain(name) for name in make_demo(at=clock.now())]
        self.stdout.write(f"Made: {', '.join(made)}." if made else "Everything is there already.")


def _plain(name: str) -> str:
    """Without the number of its floor."""
    return name.partition(" ")[2]
