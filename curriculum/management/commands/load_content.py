"""Loads the content that comes with the platform; run again, it changes nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.registries import content_loaders
from curriculum.actions.content import load_content
from curriculum.content_files import read_tracks
from curriculum.content_heads import ContentError
from curriculum.loading import FOLDER


class Command(BaseCommand):
    help = "Load tracks, and what else comes with the platform, from their files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help="another folder with tracks, and these alone"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="also what was edited in the admin"
        )

    def handle(self, *args: Any, folder: Path | None, overwrite: bool, **options: Any) -> None:
        try:
            told = self._load_tracks(folder or FOLDER, overwrite)
            for _name, load in () if folder else content_loaders:
                told += load(clock.now(), overwrite)
        except ContentError as error:
            raise CommandError(str(error)) from None
        for line in told or ["Everything is loaded already."]:
            self.stdout.write(line)

    def _load_tracks(self, folder: Path, overwrite: bool) -> list[str]:
        report = load_content(read_tracks(folder), at=clock.now(), overwrite=overwrite)
        return list(report.lines())
