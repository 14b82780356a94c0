"""Brings database, static files and demo content to what this code needs, and no further."""

import hashlib
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core import clock
from core.registries import preparations

MANIFEST = "staticfiles.json"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--static-only", action="store_true", help="collect static files and do no more"
        )

    def handle(self, *args: Any, static_only: bool, **options: Any) -> None:
        if static_only:
            self._collect_static_files()
            return
        self._migrate()
        self._collect_static_files()
        for _name, prepare in preparations:
            said = prepare(clock.now())
            if said:
                self.stdout.write(said)
        if settings.DEMO:
            call_command("demo")

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        loader = executor.loader
        applied_only = set(loader.applied_migrations) - set(loader.disk_migrations)
        unknown = {(app, name) for app, name in applied_only if app in _own_apps()}
        if unknown:
            names = ", ".join(sorted(".".join(each) for each in unknown))
            raise CommandError(
                f"The database was made by a newer version of ApraNova: it has {names}, which "
                "this one does not know. Upgrade the code, or restore a backup of this version."
            )
        if executor.migration_plan(loader.graph.leaf_nodes()):
            self.stdout.write("Migrating the database.")
            call_command("migrate", interactive=False, verbosity=0)

    def _collect_static_files(self) -> None:
        inputs = _fingerprint_of_static_inputs()
        root = Path(settings.STATIC_ROOT)
        known = root.with_name(f"{root.name}.inputs")
        if (root / MANIFEST).exists() and _text(known) == inputs:
            return
        self.stdout.write("Collecting static files.")
        call_command("collectstatic", interactive=False, verbosity=0)
        known.write_text(inputs)


def _own_apps() -> set[str]:
    """Others may have squashed a migration away that a database still remembers; we never do."""
    return {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).parent == settings.BASE_DIR
    }


def _fingerprint_of_static_inputs() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
