"""Writes the generated parts of docs/ anew, or says which are stale."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.documents.dependencies import PAGE, forgotten_explanations, unexplained_dependencies
from core.documents.pages import homeless_parts, pages_of


class Command(BaseCommand):
    help = "Write the generated parts of docs/ anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        stale = [page for page in pages_of(root / "docs") if page.is_stale]
        if not options["check"]:
            for page in stale:
                page.path.write_text(page.fresh)
                self.stdout.write(f"Wrote {page.path.relative_to(root)}.")
            stale = []
        faults = [
            *(f"{page.path.relative_to(root)} is stale: run `make docs`." for page in stale),
            *(f"No page has a place for {name!r}." for name in homeless_parts(root / "docs")),
            *(f"{PAGE} has no line for {name}." for name in sorted(unexplained_dependencies(root))),
            *(
                f"{PAGE} explains {name}, which nothing requires."
                for name in sorted(forgotten_explanations(root))
            ),
        ]
        if faults:
            raise CommandError("\n".join(faults))
