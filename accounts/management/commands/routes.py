"""Prints what each role hears at every address."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.permissions import ROLES, route_rows


class Command(BaseCommand):
    help = "Print every address with what each role hears there."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [("method", "address", *ROLES), *route_rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
