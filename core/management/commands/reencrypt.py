"""Brings every encrypted value under the first of ENCRYPTION_KEYS, so that the others can go."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.reencryption import (
    BATCH,
    Progress,
    encrypted_fields,
    encrypted_members,
    reencrypt_field,
    reencrypt_members,
)


class Command(BaseCommand):
    help = (
        "Bring every encrypted value under the first key. Safe while the platform runs, safe to "
        "stop and to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="Rows read at a time.")

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for run in _runs(options["batch"]):
            progress = None
            for progress in run:
                if self.stdout.isatty():
                    self.stdout.write(f"{progress.label}: {progress.seen} seen", ending="\r")
            if progress is None:
                continue
            self.stdout.write(
                f"{progress.label}: {progress.seen} seen, {progress.changed} changed, "
                f"{progress.lost} lost"
            )
            if progress.lost:
                self.stderr.write(f"{progress.label}: no key opens row {progress.first_lost}")
            lost += progress.lost
        if lost:
            raise CommandError(
                f"{lost} values cannot be decrypted with any of ENCRYPTION_KEYS. Add the key that "
                "they were written with and run this again; remove no key before it finds none."
            )
        self.stdout.write("Every value is under the first key; the other keys can be removed.")


def _runs(batch: int) -> Iterator[Iterator[Progress]]:
    for field in encrypted_fields():
        yield reencrypt_field(field=field, batch=batch)
    for _name, place in encrypted_members:
        yield reencrypt_members(place=place, batch=batch)
