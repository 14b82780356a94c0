"""Loads the content files of the tracks; run again, it changes nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from curriculum.actions.content import load_content
from curriculum.content_files import read_tracks
from curriculum.content_heads import ContentError
from curriculum.loading import FOLDER


class Command(BaseCommand):
    help = "Load tracks, projects, steps and deliverables from their files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=FOLDER, help="another folder with tracks"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="also what was edited in the admin"
        )

    def handle(self, *args: Any, folder: Path, overwrite: bool, **options: Any) -> None:
        try:
            files = read_tracks(folder)
        except ContentError as error:
            raise CommandError(str(error)) from None
        report = load_content(files, at=clock.now(), overwrite=overwrite)
        for word, names in {
            "new": report.made,
            "changed": report.changed,
            "retired": report.retired,
        }.items():
            for name in names:
                self.stdout.write(f"{word}: {name}")
        for name in report.kept:
            self.stdout.write(f"kept as edited here: {name} (--overwrite takes the file's)")
        if not (report.has_changed_anything or report.kept):
            self.stdout.write("Everything is loaded already.")
