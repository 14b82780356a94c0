"""Writes the generated parts of docs/ anew, or says which are stale."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.documents.dependencies import PAGE, forgotten_explanations, unexplained_dependencies
from core.documents.pages import Page, homeless_parts, pages_of
from core.documents.parts import register_generated_docs


class Command(BaseCommand):
    help = "Write the generated parts of docs/ anew."
    requires_system_checks: list[str] = []  # it reads code, and asks no engine

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        register_generated_docs()
        settings.DEMO = False  # wherever they are made, the tables show production
        root = Path(settings.BASE_DIR)
        stale = [page for page in pages_of(root / "docs") if page.is_stale]
        if not options["check"]:
            for page in stale:
                page.path.write_text(page.fresh)
                self.stdout.write(f"Wrote {page.path.relative_to(root)}.")
            stale = []
        faults = [*_faults(root, stale)]
        if faults:
            raise CommandError("\n".join(faults))


def _faults(root: Path, stale: Iterable[Page]) -> Iterator[str]:
    for page in stale:
        yield f"{page.path.relative_to(root)} is stale: run `make docs`."
    for name in homeless_parts(root / "docs"):
        yield f"No page in docs/ has a place for {name!r}."
    for name in sorted(unexplained_dependencies(root)):
        yield f"{PAGE} has no line for {name}."
    for name in sorted(forgotten_explanations(root)):
        yield f"{PAGE} explains {name}, which nothing requires."
