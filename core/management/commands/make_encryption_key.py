"""Prints a new key for ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from core.encryption import new_key


class Command(BaseCommand):
    help = "Print a new key for ENCRYPTION_KEYS. Put it first; keep the old ones behind it."
    requires_system_checks: list[str] = []  # it is what an operator runs before anything is set

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(new_key())
